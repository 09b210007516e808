"""The bodies of batches: each row is read by itself, so that a bad one stops no other."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from arxos.domain.errors import InvalidInput
from arxos.entrypoints.bodies import Body, faulty
from arxos.entrypoints.record_bodies import (
    CreateDeviceBody,
    CreateRoomBody,
    MoveDeviceBody,
    StatusBody,
    UpdateDeviceBody,
    UpdateRoomBody,
)
from arxos.use_cases.batches import MAX_OPERATIONS, Operation, Row


class _RowBody(Body):
    """What all rows have; each says in `op` what it is."""

    @classmethod
    def changed_by(cls, path: str) -> str | None:
        values = cls._values_model()
        return values.changed_by(path.removeprefix("values.")) if values else None

    @classmethod
    def faults_together(cls, sent: dict[str, Any]) -> dict[str, str]:
        values, inner = cls._values_model(), sent.get("values")
        if values is None or not isinstance(inner, dict):
            return {}
        return {f"values.{path}": fault for path, fault in values.faults_together(inner).items()}

    @classmethod
    def _values_model(cls) -> type[Body] | None:
        field = cls.model_fields.get("values")
        return None if field is None else cast("type[Body]", field.annotation)

    def operation(self) -> Operation:
        """For the use case."""
        values = getattr(self, "values", None)
        version = getattr(self, "version", None)
        return Operation(
            op=getattr(self, "op"),  # noqa: B009  each subclass has its own
            id=getattr(self, "id", None),
            values=values.values() if values is not None else {},
            versions=None if version is None else frozenset({version}),
        )


RecordId = Annotated[str, Field(max_length=50)]
Version = Annotated[int, Field(ge=1)]


class _ChangeRow(_RowBody):
    id: RecordId
    version: Version | None = None


class DeleteRow(_ChangeRow):
    """As DELETE of one record; `version` in place of If-Match."""

    op: Literal["delete"]


class StatusRow(_ChangeRow):
    """As POST …/status of one record."""

    op: Literal["status"]
    values: StatusBody


class CreateDeviceRow(_RowBody):
    """As POST of one device."""

    op: Literal["create"]
    values: CreateDeviceBody


class UpdateDeviceRow(_ChangeRow):
    """As PATCH of one device."""

    op: Literal["update"]
    values: UpdateDeviceBody


class MoveDeviceRow(_ChangeRow):
    """As POST …/move of one device."""

    op: Literal["move"]
    values: MoveDeviceBody


class CreateRoomRow(_RowBody):
    """As POST of one room."""

    op: Literal["create"]
    values: CreateRoomBody


class UpdateRoomRow(_ChangeRow):
    """As PATCH of one room."""

    op: Literal["update"]
    values: UpdateRoomBody


def _kept(*rows: type[_RowBody]) -> WrapValidator:
    """One of these rows, or what is wrong with it."""
    by_op = {get_args(row.model_fields["op"].annotation)[0]: row for row in rows}

    def kept(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
        try:
            return read(value)
        except ValidationError as refused:
            return _fault(value, refused.errors(include_url=False), by_op)

    return WrapValidator(kept)


def _fault(value: Any, errors: Sequence[Any], rows: Mapping[str, type[_RowBody]]) -> InvalidInput:
    if not isinstance(value, dict):
        fault = "An operation must be a JSON object"
        return InvalidInput(fault, {"": fault})
    for error in errors:
        if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
            known = error.get("ctx", {}).get("expected_tags")
            fault = f"This must be one of {known}" if known else "This field is required"
            return InvalidInput(fault, {"op": fault})
    # A union's errors begin with the kind of row, which is no field.
    inner = [{**error, "loc": error["loc"][1:]} for error in errors]
    return faulty(inner, rows[value["op"]], value)


DeviceRow = Annotated[
    Annotated[
        CreateDeviceRow | UpdateDeviceRow | MoveDeviceRow | StatusRow | DeleteRow,
        Field(discriminator="op"),
    ],
    _kept(CreateDeviceRow, UpdateDeviceRow, MoveDeviceRow, StatusRow, DeleteRow),
]
RoomRow = Annotated[
    Annotated[CreateRoomRow | UpdateRoomRow | StatusRow | DeleteRow, Field(discriminator="op")],
    _kept(CreateRoomRow, UpdateRoomRow, StatusRow, DeleteRow),
]


def _rows(operations: list[Any]) -> list[Row]:
    return [row.operation() if isinstance(row, _RowBody) else row for row in operations]


class BatchDevicesBody(Body):
    """POST …/devices:batch."""

    operations: Annotated[list[DeviceRow], Field(min_length=1, max_length=MAX_OPERATIONS)]

    def rows(self) -> list[Row]:
        """For the use case."""
        return _rows(self.operations)


class BatchRoomsBody(Body):
    """POST …/rooms:batch."""

    operations: Annotated[list[RoomRow], Field(min_length=1, max_length=MAX_OPERATIONS)]

    def rows(self) -> list[Row]:
        """For the use case."""
        return _rows(self.operations)
