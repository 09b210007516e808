"""What is known of the records: their changes, and what a search finds."""

from datetime import datetime
from typing import Any

from pydantic import Field

from arxos.domain.history import ChangedKind
from arxos.domain.search_words import Kind
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    By,
    FloorId,
    RoomId,
    Shown,
)


class ChangedValue(Shown):
    """A field before and after a change; null where it had no value."""

    before: Any
    after: Any


class Change(Shown):
    """Something that happened to a record. Names and labels are as they were then."""

    id: str
    at: datetime | None
    event: str
    record_kind: ChangedKind
    record_id: str
    record_label: str
    user_id: By
    user_name: str | None
    request_id: str | None
    import_id: str | None
    changes: dict[str, ChangedValue] = Field(description="By the field's name.")


class Hit(Shown):
    """What search found: enough to name it, to say where it is, and to open it."""

    kind: Kind
    id: str
    building_id: BuildingId
    building_name: str | None
    floor_id: FloorId | None
    room_id: RoomId | None
    name: str | None
    number: str | None
    serial_number: str | None
    tag_number: str | None
    barcode: str | None
    matched: str = Field(description="The field that matched best.")
    path: str
