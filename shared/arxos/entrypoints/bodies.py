"""What requests may carry in their bodies, as Pydantic models; the domain's rules judge texts."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from arxos.domain.address import ADDRESS_LABELS, Address, Coordinates
from arxos.domain.errors import InvalidInput, MalformedRequest
from arxos.domain.import_job import ImportMode, ImportProfile, filename_fault
from arxos.domain.record import external_ids_fault, metadata_fault, tags_fault
from arxos.domain.text_rules import MAX_DESCRIPTION, name_fault, optional_text_fault
from arxos.use_cases.buildings import CreateBuilding
from arxos.use_cases.imports import StartImport

B = TypeVar("B", bound=BaseModel)


def _name(label: str) -> AfterValidator:
    def check(value: str) -> str:
        return _accept(value.strip(), name_fault(value, label=label))

    return AfterValidator(check)


def _text(label: str, *, maximum: int = 200, multiline: bool = False) -> AfterValidator:
    def check(value: str | None) -> str | None:
        fault = optional_text_fault(value, label=label, maximum=maximum, multiline=multiline)
        return _accept(value, fault)

    return AfterValidator(check)


def _checked(fault_of: Any) -> AfterValidator:
    return AfterValidator(lambda value: _accept(value, fault_of(value)))


V = TypeVar("V")


def _accept(value: V, fault: str | None) -> V:
    if fault:
        raise ValueError(fault)
    return value


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class AddressBody(_Body):
    """A postal address."""

    street: Annotated[str, _name(ADDRESS_LABELS["street"])]
    city: Annotated[str, _name(ADDRESS_LABELS["city"])]
    state: Annotated[str, _name(ADDRESS_LABELS["state"])]
    postal_code: Annotated[str, _name(ADDRESS_LABELS["postal_code"])]
    country: Annotated[str | None, _text(ADDRESS_LABELS["country"])] = None


class CoordinatesBody(_Body):
    """WGS 84, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class CreateBuildingBody(_Body):
    """POST /buildings."""

    name: Annotated[str, _name("Building name")]
    address: AddressBody
    coordinates: CoordinatesBody | None = None
    description: Annotated[
        str | None, _text("Building description", maximum=MAX_DESCRIPTION, multiline=True)
    ] = None
    metadata: Annotated[dict[str, Any], _checked(metadata_fault)] = {}
    tags: Annotated[list[str], _checked(lambda tags: tags_fault(tuple(tags)))] = []
    external_ids: Annotated[dict[str, str], _checked(external_ids_fault)] = {}

    def command(self) -> CreateBuilding:
        """For the use case."""
        return CreateBuilding(
            name=self.name,
            address=Address(**self.address.model_dump()),
            coordinates=(
                Coordinates(**self.coordinates.model_dump()) if self.coordinates else None
            ),
            description=self.description,
            metadata=self.metadata,
            tags=tuple(self.tags),
            external_ids=self.external_ids,
        )


class StartImportBody(_Body):
    """POST /buildings/{building_id}/imports."""

    filename: Annotated[str, _checked(filename_fault)]
    mode: ImportMode = ImportMode.APPLY
    profile: ImportProfile = ImportProfile.EQUIPMENT

    def command(self, building_id: str) -> StartImport:
        """For the use case."""
        return StartImport(
            building_id=building_id,
            filename=self.filename,
            mode=self.mode,
            profile=self.profile,
        )


_SENTENCES = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field",
    "string_type": "This must be text",
    "float_type": "This must be a number",
    "int_type": "This must be a whole number",
    "dict_type": "This must be a JSON object",
    "model_type": "This must be a JSON object",
    "model_attributes_type": "This must be a JSON object",
    "list_type": "This must be a list",
    "less_than_equal": "This cannot be more than {le}",
    "greater_than_equal": "This cannot be less than {ge}",
    "finite_number": "This must be a finite number",
    "enum": "This must be {expected}",
}


def _sentence(kind: str, message: str, context: dict[str, Any]) -> str:
    """Ours where we have one; a library's English is not for our users."""
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return message.removeprefix("Value error, ")


def parse(body: bytes, model: type[B]) -> B:
    """The body as `model`. Raises MalformedRequest, or InvalidInput with every wrong field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
    field_errors: dict[str, str] = {}
    for error in errors:
        if error["type"] == "json_invalid":
            raise MalformedRequest("The body is not JSON.")
        if not error["loc"]:
            raise MalformedRequest("The body must be a JSON object.")
        path = ".".join(str(part) for part in error["loc"])
        sentence = _sentence(error["type"], error["msg"], error.get("ctx", {}))
        field_errors.setdefault(path, sentence)
    count = len(field_errors)
    fields = "1 field is" if count == 1 else f"{count} fields are"
    raise InvalidInput(f"{fields} not as they should be.", field_errors)
