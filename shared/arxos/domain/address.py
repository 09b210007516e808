"""Where a building stands: postal address and coordinates."""

from dataclasses import dataclass, fields

from arxos.domain.errors import InvalidBuildingError
from arxos.domain.text_rules import name_fault, optional_text_fault

ADDRESS_LABELS = {
    "street": "Street",
    "city": "City",
    "state": "State",
    "postal_code": "Postal code",
    "country": "Country",
}


def address_faults(**values: object) -> dict[str, str]:
    """Each faulty field's path (`address.city`) and sentence."""
    faults = {}
    for name, label in ADDRESS_LABELS.items():
        check = optional_text_fault if name == "country" else name_fault
        fault = check(values.get(name), label=label)
        if fault:
            faults[f"address.{name}"] = fault
    return faults


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. All but `country` are required and not blank."""

    street: str
    city: str
    state: str
    postal_code: str
    country: str | None = None

    def __post_init__(self) -> None:
        faults = address_faults(**{f.name: getattr(self, f.name) for f in fields(self)})
        if faults:
            raise InvalidBuildingError(next(iter(faults.values())), faults)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """WGS 84, in degrees."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        faults = {}
        if not -90 <= self.latitude <= 90:
            faults["coordinates.latitude"] = "Latitude must lie between -90 and 90 degrees"
        if not -180 <= self.longitude <= 180:
            faults["coordinates.longitude"] = "Longitude must lie between -180 and 180 degrees"
        if faults:
            raise InvalidBuildingError(next(iter(faults.values())), faults)
