"""What is counted of a building's rooms and devices, kept with every change of them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

ROOMS = ("rooms_by_status", "rooms_by_type", "area_cm2_by_room_type")
DEVICES = ("devices_by_status", "devices_by_type")
MANUFACTURERS = ("devices_by_manufacturer",)

# Facet ("rooms_by_type") and value ("Office"; empty: none is given) -> how many, or cm2.
Tally = Counter[tuple[str, str]]

# The fields that the numbers depend on.
COUNTED_FIELDS = {
    "room": ("status", "room_type", "area_m2"),
    "device": ("status", "device_type", "manufacturer"),
}


def tally_of(kind: str, values: Mapping[str, Any]) -> Tally:
    """What one room or device adds to its building's numbers; `values` holds COUNTED_FIELDS."""
    tally: Tally = Counter()
    if kind == "room":
        room_type = values["room_type"] or ""
        tally["rooms_by_status", str(values["status"])] += 1
        tally["rooms_by_type", room_type] += 1
        if values["area_m2"]:
            # Whole cm2: what is added and taken away again leaves exactly nothing.
            tally["area_cm2_by_room_type", room_type] += round(values["area_m2"] * 10_000)
    elif kind == "device":
        tally["devices_by_status", str(values["status"])] += 1
        tally["devices_by_type", values["device_type"]] += 1
        tally["devices_by_manufacturer", values["manufacturer"] or ""] += 1
    return tally


def values_of(tally: Tally, facet: str) -> list[tuple[str | None, int]]:
    """A facet's values with their numbers, the largest first; None is what has no value."""
    found = [(value or None, amount) for (name, value), amount in tally.items() if name == facet]
    return sorted(found, key=lambda pair: (-pair[1], pair[0] or ""))


def difference(before: Tally, after: Tally) -> Tally:
    """What must be added to the numbers when a record that was `before` becomes `after`."""
    changed: Tally = Counter(after)
    changed.subtract(before)
    return Counter({key: amount for key, amount in changed.items() if amount})
