"""What the API shows, as Pydantic models: one for each `show_…` of `representations`.

Only `scripts/make_openapi.py` and tests import this; no function pays for it. A test holds the
output of each `show_…` against its model, strictly, so that neither can change alone.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AnyUrl, BaseModel, ConfigDict, Field

from arxos.domain.deletion import DeletionStatus
from arxos.domain.group import GroupKind
from arxos.domain.history import ChangedKind
from arxos.domain.identifiers import PREFIXES
from arxos.domain.import_job import ImportMode, ImportProfile, ImportStatus
from arxos.domain.permissions import Role
from arxos.domain.plan_entries import EntryKind
from arxos.domain.search_words import Kind
from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, GroupStatus, RoomStatus


def id_pattern(kind: str) -> str:
    """The form of the ids of a kind."""
    return f"^{PREFIXES[kind]}_[0-9A-Za-z]{{1,40}}$"


class Shown(BaseModel):
    """A JSON object of the API's, with these fields and no others, all of them always there."""

    model_config = ConfigDict(extra="forbid")


BuildingId = Annotated[str, Field(pattern=id_pattern("building"))]
FloorId = Annotated[str, Field(pattern=id_pattern("floor"))]
RoomId = Annotated[str, Field(pattern=id_pattern("room"))]
DeviceId = Annotated[str, Field(pattern=id_pattern("device"))]
GroupId = Annotated[str, Field(pattern=id_pattern("group"))]
ImportId = Annotated[str, Field(pattern=id_pattern("import"))]
DeletionId = Annotated[str, Field(pattern=id_pattern("deletion"))]
UserId = Annotated[str, Field(pattern=id_pattern("user"))]
OrganizationId = Annotated[str, Field(pattern=id_pattern("organization"))]
Count = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=1, description="Counts the changes of the record's own fields.")]
# Who did it: the id of a user; null where no person did.
By = Annotated[str | None, Field(description="The id of a user; null where it was nobody.")]
Sensitive = Annotated[
    dict[str, str | None],
    Field(
        description="Door codes, passwords. The values are shown by GET of the one record, with"
        " read_sensitive there; else they are null."
    ),
]
Metres = Annotated[float, Field(description="In metres.")]


class _Record(Shown):
    description: str | None
    metadata: dict[str, Any] = Field(description="Any JSON object of at most 16 KB.")
    tags: list[str]
    external_ids: dict[str, str] = Field(
        description="The record's id in other systems, such as `ifc` or `cobie`."
    )
    kept_fields: list[str] = Field(
        description="Fields that a person has set and later imports leave alone."
    )
    version: Version
    created_at: datetime
    updated_at: datetime
    created_by: By
    updated_by: By


class Address(Shown):
    """A postal address."""

    street: str
    city: str
    state: str
    postal_code: str
    country: str | None


class Coordinates(Shown):
    """WGS 84, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Building(_Record):
    """A building. Its counts are exact at every moment."""

    id: BuildingId
    status: BuildingStatus
    name: str
    address: Address
    coordinates: Coordinates | None
    sensitive: Sensitive
    floors_count: Count
    rooms_count: Count
    devices_count: Count
    groups_count: Count


class Floor(_Record):
    """A storey of a building."""

    id: FloorId
    building_id: BuildingId
    status: FloorStatus
    floor_number: int = Field(description="Unique in its building, negative below ground.")
    name: str | None
    elevation_m: Metres | None
    rooms_count: Count
    devices_count: Count


class Room(_Record):
    """A room on a floor."""

    id: RoomId
    building_id: BuildingId
    floor_id: FloorId
    status: RoomStatus
    room_number: str
    name: str | None
    room_type: str | None
    area_m2: float | None = Field(ge=0)
    area_source: str | None = Field(description="Where the area comes from.")
    volume_m3: float | None = Field(ge=0)
    footprint: list[Annotated[list[float], Field(min_length=2, max_length=2)]] | None = Field(
        description="The outline as points in building metres, not closed."
    )
    sensitive: Sensitive
    devices_count: Count
    group_ids: list[GroupId]


class Position(Shown):
    """Metres in the building's coordinates."""

    x: float
    y: float
    z: float


class Device(_Record):
    """A device in a room, in several, or on a floor alone."""

    id: DeviceId
    building_id: BuildingId
    floor_id: FloorId
    room_id: RoomId | None = Field(description="Its main room, the first of `room_ids`.")
    room_ids: list[RoomId]
    status: DeviceStatus
    name: str
    device_type: str
    ifc_class: str | None
    manufacturer: str | None
    model: str | None
    serial_number: str | None
    tag_number: str | None
    barcode: str | None
    installed_on: date | None
    warranty_until: date | None
    position: Position | None
    sensitive: Sensitive
    group_ids: list[GroupId]


class Group(_Record):
    """A system of devices, or a zone of rooms and devices."""

    id: GroupId
    building_id: BuildingId
    status: GroupStatus
    kind: GroupKind
    name: str
    category: str | None
    members_count: Count


class Member(Shown):
    """A device or a room of a group."""

    kind: Literal["device", "room"]
    id: str
    name: str | None
    room_number: str | None
    floor_id: FloorId
    room_id: RoomId | None


class TreeBuilding(Shown):
    """The root of a tree."""

    id: BuildingId
    name: str
    status: BuildingStatus
    floors_count: Count
    rooms_count: Count
    devices_count: Count


class TreeDevice(Shown):
    """A device in a tree."""

    id: DeviceId
    name: str
    device_type: str
    status: DeviceStatus


class TreeRoom(Shown):
    """A room in a tree; with its first devices where they were asked for."""

    id: RoomId
    room_number: str
    name: str | None
    room_type: str | None
    status: RoomStatus
    area_m2: float | None = Field(ge=0)
    devices_count: Count
    devices: list[TreeDevice] = Field(default=[])


class TreeFloor(Shown):
    """A floor in a tree, with those of its rooms that are on this page."""

    id: FloorId
    floor_number: int
    name: str | None
    status: FloorStatus
    elevation_m: Metres | None
    rooms_count: Count
    devices_count: Count
    rooms: list[TreeRoom]
    rooms_complete: bool = Field(description="False: the next page has more rooms of this floor.")


class FloorCounts(Shown):
    """How much is on a floor."""

    floor_id: FloorId
    floor_number: int
    name: str | None
    rooms_count: Count
    devices_count: Count


class ValueCount(Shown):
    """How many have a value; null: none."""

    value: str | None
    count: Count


class ValueArea(Shown):
    """How much area has a value; null: none."""

    value: str | None
    area_m2: float = Field(ge=0)


class Summary(Shown):
    """A building's numbers. Those of the whole building are null for who sees some floors only."""

    building_id: BuildingId
    name: str
    status: BuildingStatus
    floors_count: Count
    rooms_count: Count
    devices_count: Count
    area_m2: float | None = Field(ge=0)
    by_floor: list[FloorCounts]
    rooms_by_status: list[ValueCount] | None
    rooms_by_type: list[ValueCount] | None
    area_m2_by_room_type: list[ValueArea] | None
    devices_by_status: list[ValueCount] | None
    devices_by_type: list[ValueCount] | None
    devices_by_manufacturer: list[ValueCount] | None


class _BatchSuccess(Shown):
    index: Count
    op: str
    id: str | None
    success: Literal[True]
    status: Literal[200, 201]
    version: Version = Field(default=1)


class RoomResult(_BatchSuccess):
    """A row of a batch that was done; without the record where it is gone, or too large."""

    record: Room = Field(default=None)  # type: ignore[assignment]


class DeviceResult(_BatchSuccess):
    """A row of a batch that was done; without the record where it is gone, or too large."""

    record: Device = Field(default=None)  # type: ignore[assignment]


class BatchError(Shown):
    """As the error of a request of its own."""

    code: str
    message: str
    details: dict[str, Any]


class BatchFailure(Shown):
    """A row of a batch that was not done."""

    index: Count
    op: str | None
    id: str | None
    success: Literal[False]
    status: int = Field(ge=400, le=599)
    error: BatchError


class DeletionTarget(Shown):
    """What is to go; `label` is how a person called it."""

    kind: Literal["building", "floor", "room"]
    id: str
    building_id: BuildingId
    floor_id: FloorId | None
    label: str


class RemovedCounts(Shown):
    """What has gone already with the target."""

    floors: Count
    rooms: Count
    devices: Count


class Deletion(Shown):
    """A building, floor or room on its way out, with all that is in it."""

    id: DeletionId
    target: DeletionTarget
    status: DeletionStatus
    progress: float = Field(ge=0, le=1)
    total: Count
    removed: RemovedCounts
    message: str | None
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime


class Problem(Shown):
    """One thing that a file has wrong, said so that it can be found and mended."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    sheet_or_class: str | None
    row_or_line: int | None
    key: str | None
    field: str | None
    value: str | None


class ImportCounts(Shown):
    """Records of all kinds together."""

    created: Count
    updated: Count
    unchanged: Count
    removed: Count
    conflicts: Count


class Import(Shown):
    """A file on its way into a building."""

    id: ImportId
    building_id: BuildingId
    filename: str
    mode: ImportMode
    profile: ImportProfile
    status: ImportStatus
    progress: float = Field(ge=0, le=1)
    counts: ImportCounts
    errors: list[Problem] = Field(description="The first 100.")
    warnings: list[Problem] = Field(description="The first 100.")
    errors_count: Count
    warnings_count: Count
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime


class PlanEntry(Shown):
    """What would happen to one record."""

    kind: EntryKind
    record_kind: str
    record_id: str | None
    label: str
    key: str | None
    line: int | None
    fields: dict[str, dict[str, Any]] = Field(description="By name, before and after.")
    reason: str


class Prediction(Shown):
    """What carrying the plan out would take: write units, seconds, US dollars."""

    records: Count
    write_units: Count
    seconds: float = Field(ge=0)
    dollars: float = Field(ge=0)


class PlanCounts(Shown):
    """How many entries of each kind the plan has."""

    conflict: Count
    create: Count
    update: Count
    move: Count
    keep: Count
    remove: Count


class Plan(Shown):
    """What an import would do, beside its entries."""

    status: ImportStatus
    digest: str | None
    counts: ImportCounts
    entries: PlanCounts
    prediction: Prediction


class Upload(Shown):
    """A form to post the file to: all of `fields` first, then the file as `file`."""

    url: AnyUrl
    fields: dict[str, str]
    max_bytes: Count
    expires_in_seconds: Count


class Grant(Shown):
    """A role on the whole organisation, on one building, or on one floor of it."""

    role: Role
    scope: Literal["organization", "building", "floor"]
    building_id: BuildingId | None
    floor_id: FloorId | None


class User(Shown):
    """A person who may sign in."""

    id: UserId
    organization_id: OrganizationId
    email: str
    first_name: str
    last_name: str
    role: Role
    grants: list[Grant] = Field(description="Where the user's rights hold; empty: everywhere.")
    is_active: bool
    version: Version
    created_at: datetime
    updated_at: datetime


class Health(Shown):
    """Whether Arxos and what it depends on work."""

    status: Literal["healthy", "degraded", "unhealthy"]
    checks: dict[str, str] = Field(description="`ok`, or what is wrong, by dependency.")


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


class Explanation(Shown):
    """Whether a user may do something, and which grant says so."""

    allowed: bool
    permission: str | None = Field(description="Null where signing in is enough.")
    through: Grant | None = Field(description="The grant that allows it.")
    reason: str


class Error(Shown):
    """What went wrong."""

    code: str = Field(pattern="^[A-Z][A-Z0-9_]*$", description="Public; it never changes.")
    message: str = Field(description="A sentence for people.")
    details: dict[str, Any] = Field(
        description="For programs: `field_errors` maps each wrong field to a sentence."
    )
    request_id: str = Field(description="As in the X-Request-Id header and in the logs.")
    timestamp: datetime | None = Field(description="Null in what the gateway answers by itself.")


class Failure(Shown):
    """The envelope of every failure."""

    success: Literal[False]
    error: Error
