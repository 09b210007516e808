"""Domain values as plain JSON and back: what history entries and hand edits remember."""

from dataclasses import asdict, fields
from datetime import date, datetime
from enum import Enum
from typing import Any

from arxos.domain.address import Address, Coordinates
from arxos.domain.device import Position
from arxos.domain.group import GroupKind
from arxos.domain.import_job import ImportMode
from arxos.domain.record import Record
from arxos.domain.rights import Grant
from arxos.domain.timestamps import to_iso

_PLAIN = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A domain value as plain JSON."""
    if type(value) in _PLAIN:  # most of all values, of which an import has millions
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Address, Coordinates)):
        return asdict(value)
    if isinstance(value, Grant):
        return plain(asdict(value))
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def restored(record: Record | type[Record], field: str, value: Any) -> Any:
    """The domain's own value for a field of a record or a kind of records, from its plain form.

    A status becomes the kind's own enum.
    """
    if value is None:
        return () if field in ("tags", "room_ids") else None
    if field == "status":
        first: Any = next(f.default for f in fields(record) if f.name == "status")
        return type(first)(value)
    if field == "footprint":
        return tuple((x, y) for x, y in value)
    return _RESTORE[field](value) if field in _RESTORE else value


_RESTORE: dict[str, Any] = {
    "address": lambda value: Address(**value),
    "coordinates": lambda value: Coordinates(**value),
    "drop_mode": ImportMode,
    "group_kind": GroupKind,
    "installed_on": date.fromisoformat,
    "position": lambda value: Position(*value),
    "room_ids": tuple,
    "tags": tuple,
    "warranty_until": date.fromisoformat,
}
