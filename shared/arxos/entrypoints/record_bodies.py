"""The bodies of requests that write buildings, floors, rooms, devices and groups.

A PATCH changes the fields it names: one that is absent stays, one that is null is emptied.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from arxos.domain.address import ADDRESS_LABELS, Address, Coordinates
from arxos.domain.device import Position
from arxos.domain.floor import FLOOR_NUMBERS
from arxos.domain.group import MAX_MEMBERS, GroupKind
from arxos.domain.import_job import ImportMode
from arxos.domain.measures import measured
from arxos.domain.record import (
    MAX_EXTERNAL_IDS,
    MAX_TAG,
    MAX_TAGS,
    external_ids_fault,
    metadata_fault,
    tags_fault,
)
from arxos.domain.room import MAX_FOOTPRINT_POINTS, MAX_ROOM_NUMBER
from arxos.domain.sensitive import (
    MAX_SENSITIVE_FIELDS,
    MAX_SENSITIVE_TEXT,
    SENSITIVE_NAME_PATTERN,
    Secret,
    sensitive_names_fault,
    sensitive_text_fault,
)
from arxos.domain.text_rules import MAX_DESCRIPTION, MAX_NAME, NAME_PATTERN
from arxos.entrypoints.bodies import Body, checked, iso_date, name, text, whole_number
from arxos.use_cases.buildings import CreateBuilding
from arxos.use_cases.devices import NO_PLACE

Description = Annotated[str | None, text("Description", maximum=MAX_DESCRIPTION, multiline=True)]
Metadata = Annotated[dict[str, Any], checked(metadata_fault)]
Tag = Annotated[str, name("A tag", maximum=MAX_TAG)]
Tags = Annotated[list[Tag], checked(lambda tags: tags_fault(tuple(tags)), maxItems=MAX_TAGS)]
ExternalIds = Annotated[
    dict[str, str],
    checked(
        external_ids_fault,
        maxProperties=MAX_EXTERNAL_IDS,
        propertyNames={"minLength": 1, "maxLength": 50, "pattern": NAME_PATTERN},
        additionalProperties={
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_NAME,
            "pattern": NAME_PATTERN,
        },
    ),
]
SensitiveText = Annotated[
    str, checked(sensitive_text_fault, minLength=1, maxLength=MAX_SENSITIVE_TEXT)
]
Sensitive = Annotated[
    dict[str, SensitiveText | None],
    checked(
        sensitive_names_fault,
        maxProperties=MAX_SENSITIVE_FIELDS,
        propertyNames={"pattern": SENSITIVE_NAME_PATTERN},
    ),
    Field(
        description="Texts that are encrypted, and read only with read_sensitive: door codes,"
        " passwords. Names that are absent stay, null removes one."
    ),
]
Date = Annotated[date, iso_date]
_STATUS_ELSEWHERE = {"status": "A status is changed by POST …/status"}
Number = Annotated[float, Field(ge=0, lt=1e9), AfterValidator(measured)]
Metres = Annotated[float, Field(gt=-1e6, lt=1e6), AfterValidator(measured)]


class _RecordBody(Body):
    elsewhere = _STATUS_ELSEWHERE

    description: Description = None
    metadata: Metadata | None = Field(default={})
    tags: Tags | None = Field(default=[])
    external_ids: ExternalIds | None = Field(default={})

    def values(self) -> dict[str, Any]:
        """The fields that were sent, as the domain's values."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: _domain_value(name, value) for name, value in sent.items()}


def _domain_value(field: str, value: Any) -> Any:
    if isinstance(value, AddressBody):
        return Address(**value.model_dump())
    if isinstance(value, CoordinatesBody):
        return Coordinates(**value.model_dump())
    if isinstance(value, PositionBody):
        return Position(value.x, value.y, value.z)
    if field == "sensitive":
        return {name: None if text is None else Secret(text) for name, text in value.items()}
    if field in ("tags", "room_ids"):
        return tuple(value or ())
    if field in ("metadata", "external_ids"):
        return value or {}
    if field == "footprint" and value is not None:
        return tuple((x, y) for x, y in value)
    # An enum's value is a text too, and stays what it is.
    if type(value) is str and field != "description":
        return value.strip() or None
    return value


class AddressBody(Body):
    """A postal address."""

    street: Annotated[str, name(ADDRESS_LABELS["street"])]
    city: Annotated[str, name(ADDRESS_LABELS["city"])]
    state: Annotated[str, name(ADDRESS_LABELS["state"])]
    postal_code: Annotated[str, name(ADDRESS_LABELS["postal_code"])]
    country: Annotated[str | None, text(ADDRESS_LABELS["country"])] = None


class CoordinatesBody(Body):
    """WGS 84, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90), AfterValidator(measured)]
    longitude: Annotated[float, Field(ge=-180, le=180), AfterValidator(measured)]


class PositionBody(Body):
    """Metres in the building's coordinates."""

    x: Metres
    y: Metres
    z: Metres


BuildingName = Annotated[str, name("Building name")]
RoomNumber = Annotated[str, name("Room number", maximum=MAX_ROOM_NUMBER)]
DeviceName = Annotated[str, name("Device name")]
DeviceType = Annotated[str, name("Device type")]
FloorNumber = Annotated[int, whole_number, Field(ge=FLOOR_NUMBERS.start, le=FLOOR_NUMBERS.stop - 1)]
Point = Annotated[list[Metres], Field(min_length=2, max_length=2)]
Footprint = Annotated[list[Point], Field(min_length=3, max_length=MAX_FOOTPRINT_POINTS)]


class CreateBuildingBody(_RecordBody):
    """POST /buildings."""

    name: BuildingName
    address: AddressBody
    coordinates: CoordinatesBody | None = None
    sensitive: Sensitive = Field(default={})

    def command(self) -> CreateBuilding:
        """For the use case."""
        return CreateBuilding(**self.values())


class UpdateBuildingBody(_RecordBody):
    """PATCH of a building."""

    name: BuildingName = ""
    address: AddressBody = Field(default=None)  # type: ignore[assignment]
    coordinates: CoordinatesBody | None = None
    drop_mode: ImportMode = ImportMode.PLAN
    sensitive: Sensitive = Field(default={})


class _FloorBody(_RecordBody):
    name: Annotated[str | None, text("Floor name")] = None
    elevation_m: Metres | None = None


class CreateFloorBody(_FloorBody):
    """POST of a floor."""

    floor_number: FloorNumber


class UpdateFloorBody(_FloorBody):
    """PATCH of a floor."""

    floor_number: FloorNumber = 0


class _RoomBody(_RecordBody):
    name: Annotated[str | None, text("Room name")] = None
    room_type: Annotated[str | None, text("Room type")] = None
    area_m2: Number | None = None
    area_source: Annotated[str | None, text("Area source")] = None
    volume_m3: Number | None = None
    footprint: Footprint | None = None
    sensitive: Sensitive = Field(default={})


class CreateRoomBody(_RoomBody):
    """POST of a room."""

    floor_id: str
    room_number: RoomNumber


class UpdateRoomBody(_RoomBody):
    """PATCH of a room. An empty room may move to another floor."""

    floor_id: str = ""
    room_number: RoomNumber = ""


class _DeviceBody(_RecordBody):
    ifc_class: Annotated[str | None, text("IFC class")] = None
    manufacturer: Annotated[str | None, text("Manufacturer")] = None
    model: Annotated[str | None, text("Model")] = None
    serial_number: Annotated[str | None, text("Serial number")] = None
    tag_number: Annotated[str | None, text("Tag number")] = None
    barcode: Annotated[str | None, text("Barcode")] = None
    installed_on: Date | None = None
    warranty_until: Date | None = None
    position: PositionBody | None = None
    sensitive: Sensitive = Field(default={})


RoomIds = Annotated[list[str], Field(max_length=20)]


class CreateDeviceBody(_DeviceBody):
    """POST of a device: in a room (`room_id`), in several (`room_ids`), or on a floor alone."""

    name: DeviceName
    device_type: DeviceType
    floor_id: str | None = None
    room_id: str | None = None
    room_ids: RoomIds = Field(default=[])

    @classmethod
    def faults_together(cls, sent: dict[str, Any]) -> dict[str, str]:
        if any(sent.get(place) for place in ("floor_id", "room_id", "room_ids")):
            return {}
        return {"room_id": NO_PLACE}


class UpdateDeviceBody(_DeviceBody):
    """PATCH of a device. Its place is changed by POST …/move."""

    elsewhere = _STATUS_ELSEWHERE | dict.fromkeys(
        ("floor_id", "room_id", "room_ids"), "A device is moved by POST …/move"
    )

    name: DeviceName = ""
    device_type: DeviceType = ""


GroupName = Annotated[str, name("Group name")]
MemberIds = Annotated[list[str], Field(max_length=MAX_MEMBERS)]


class _GroupBody(_RecordBody):
    category: Annotated[str | None, text("Category")] = None


class CreateGroupBody(_GroupBody):
    """POST of a group: a system or a zone."""

    kind: GroupKind
    name: GroupName

    def values(self) -> dict[str, Any]:
        """As the domain calls them: `kind` is there what sort of record a group is."""
        values = super().values()
        return {"group_kind" if name == "kind" else name: v for name, v in values.items()}


class UpdateGroupBody(_GroupBody):
    """PATCH of a group. Its kind never changes."""

    name: GroupName = ""


class ReplaceMembersBody(Body):
    """PUT …/members: all that are in the group from now on; `{"device_ids": []}` empties it."""

    device_ids: MemberIds
    room_ids: MemberIds = Field(default=[])


class MoveDeviceBody(Body):
    """POST …/move: into a room, into several, or onto a floor alone."""

    floor_id: str | None = None
    room_id: str | None = None
    room_ids: RoomIds = Field(default=[])

    def values(self) -> dict[str, Any]:
        """Where to."""
        return self.model_dump()


class StatusBody(Body):
    """POST …/status; which status may follow is the domain's to say."""

    status: Annotated[str, Field(max_length=50)]

    def values(self) -> dict[str, Any]:
        """The status, as a row of a batch carries it."""
        return self.model_dump()


class ReleaseBody(Body):
    """POST …/release: fields that follow their source again."""

    fields: Annotated[list[str], Field(min_length=1, max_length=50)]
