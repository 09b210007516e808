"""The single table's items as PynamoDB models; only this package knows them."""

import json
from typing import Any, ClassVar, Self

from pynamodb.attributes import (
    BooleanAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.attributes import JSONAttribute as JSONWithBlanks
from pynamodb.connection import Connection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

GSI1, GSI2 = "GSI1", "GSI2"


class Gsi1(GlobalSecondaryIndex["TableItem"]):  # type: ignore[no-untyped-call]
    """Rooms of a floor, devices of a room, buildings by name, changes of a building."""

    class Meta:
        index_name = GSI1
        projection = AllProjection()

    gsi1_pk = UnicodeAttribute(hash_key=True, attr_name="GSI1PK")
    gsi1_sk = UnicodeAttribute(range_key=True, attr_name="GSI1SK")


class Gsi2(GlobalSecondaryIndex["TableItem"]):  # type: ignore[no-untyped-call]
    """Devices of a floor, changes by a user."""

    class Meta:
        index_name = GSI2
        projection = AllProjection()

    gsi2_pk = UnicodeAttribute(hash_key=True, attr_name="GSI2PK")
    gsi2_sk = UnicodeAttribute(range_key=True, attr_name="GSI2SK")


class JSONAttribute(JSONWithBlanks):
    """JSON without blanks and escapes (migration 0002); reads JSON of any kind."""

    def serialize(self, value: Any) -> str | None:
        if value is None:
            return None
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        try:
            written.encode()
        except UnicodeEncodeError:  # half a character, which only an escape can hold
            return json.dumps(value, separators=(",", ":"))
        return written


class TableItem(Model):
    """What all items have. `kind` tells which model an item is; `schema` is its level.

    The level is the last migration that names the kind, and is stamped by whoever writes all of an
    item (ADR 0012). What an item has beyond its model is left as it is by reads and updates.
    """

    class Meta:
        table_name = ""
        region: str | None = None
        host: str | None = None
        # Short: a handler has 29 seconds, and DynamoDB answers in milliseconds or not at all.
        connect_timeout_seconds = 2
        read_timeout_seconds = 5
        max_retry_attempts = 4

    pk = UnicodeAttribute(hash_key=True, attr_name="PK")
    sk = UnicodeAttribute(range_key=True, attr_name="SK")
    kind = DiscriminatorAttribute()
    schema = NumberAttribute(default=1)
    gsi1_pk = UnicodeAttribute(null=True, attr_name="GSI1PK")
    gsi1_sk = UnicodeAttribute(null=True, attr_name="GSI1SK")
    gsi2_pk = UnicodeAttribute(null=True, attr_name="GSI2PK")
    gsi2_sk = UnicodeAttribute(null=True, attr_name="GSI2SK")
    gsi1 = Gsi1()
    gsi2 = Gsi2()


class RecordItem(TableItem):
    """The attributes of every record."""

    schema = NumberAttribute(default=2)
    id = UnicodeAttribute()
    status = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    metadata: JSONAttribute = JSONAttribute(null=True)
    tags: JSONAttribute = JSONAttribute(null=True)
    external_ids: JSONAttribute = JSONAttribute(null=True)
    hand_edits: JSONAttribute = JSONAttribute(null=True)
    said: JSONAttribute = JSONAttribute(null=True)
    version = NumberAttribute(default=1)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    created_by = UnicodeAttribute(null=True)
    updated_by = UnicodeAttribute(null=True)
    # Which chunks changed the record, and to which version: "3#imp_….000012" (ADR 0005).
    change_files = UnicodeSetAttribute(null=True)


class BuildingItem(RecordItem, discriminator="building"):
    name = UnicodeAttribute()
    name_folded = UnicodeAttribute()
    address: JSONAttribute = JSONAttribute()
    coordinates: JSONAttribute = JSONAttribute(null=True)
    sensitive: JSONAttribute = JSONAttribute(null=True)
    drop_mode = UnicodeAttribute(null=True)
    shards = NumberAttribute(default=1)
    turn = UnicodeAttribute(null=True)
    floors_count = NumberAttribute(default=0)
    rooms_count = NumberAttribute(default=0)
    devices_count = NumberAttribute(default=0)
    groups_count = NumberAttribute(default=0)
    deletion_id = UnicodeAttribute(null=True)


class FloorItem(RecordItem, discriminator="floor"):
    building_id = UnicodeAttribute()
    floor_number = NumberAttribute()
    name = UnicodeAttribute(null=True)
    elevation_m = NumberAttribute(null=True)
    rooms_count = NumberAttribute(default=0)
    devices_count = NumberAttribute(default=0)
    deletion_id = UnicodeAttribute(null=True)


class RoomItem(RecordItem, discriminator="room"):
    building_id = UnicodeAttribute()
    floor_id = UnicodeAttribute()
    room_number = UnicodeAttribute()
    number_shared = BooleanAttribute(null=True)
    name = UnicodeAttribute(null=True)
    room_type = UnicodeAttribute(null=True)
    area_m2 = NumberAttribute(null=True)
    area_source = UnicodeAttribute(null=True)
    volume_m3 = NumberAttribute(null=True)
    footprint: JSONAttribute = JSONAttribute(null=True)
    sensitive: JSONAttribute = JSONAttribute(null=True)
    devices_count = NumberAttribute(default=0)
    group_ids = UnicodeSetAttribute(null=True)
    deletion_id = UnicodeAttribute(null=True)


class DeviceItem(RecordItem, discriminator="device"):
    building_id = UnicodeAttribute()
    floor_id = UnicodeAttribute()
    room_id = UnicodeAttribute(null=True)
    further_room_ids: JSONAttribute = JSONAttribute(null=True)
    name = UnicodeAttribute()
    device_type = UnicodeAttribute()
    ifc_class = UnicodeAttribute(null=True)
    manufacturer = UnicodeAttribute(null=True)
    model = UnicodeAttribute(null=True)
    serial_number = UnicodeAttribute(null=True)
    tag_number = UnicodeAttribute(null=True)
    barcode = UnicodeAttribute(null=True)
    installed_on = UnicodeAttribute(null=True)
    warranty_until = UnicodeAttribute(null=True)
    position: JSONAttribute = JSONAttribute(null=True)
    sensitive: JSONAttribute = JSONAttribute(null=True)
    group_ids = UnicodeSetAttribute(null=True)


class FurtherRoomItem(TableItem, discriminator="device_in_further_room"):
    """Puts a device into the list of a room that is not its first."""

    building_id = UnicodeAttribute()
    device_id = UnicodeAttribute()


class GroupItem(RecordItem, discriminator="group"):
    building_id = UnicodeAttribute()
    group_kind = UnicodeAttribute()
    name = UnicodeAttribute()
    category = UnicodeAttribute(null=True)
    members_count = NumberAttribute(default=0)


class MemberItem(TableItem, discriminator="group_member"):
    """A device or room in a group; the record says so too, in its `group_ids`."""

    building_id = UnicodeAttribute()
    group_id = UnicodeAttribute()
    record_id = UnicodeAttribute()


class NumbersItem(TableItem):
    """An item with numbers beside its own attributes: those with this sign in their names.

    Each is an attribute of its own, not an entry of a map: ADD works on attributes only, and an
    expression, which has 4 KB, holds four times as many ADDs as it holds SETs into a map.
    """

    sign: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers: dict[str, int] = {}

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        numbers = {name: {"N": str(number)} for name, number in self.numbers.items()}
        return {**super().serialize(null_check), **numbers}

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        item = super().from_raw_data(data)
        item.numbers = {name: int(value["N"]) for name, value in data.items() if cls.sign in name}
        return item


class TallyItem(NumbersItem, discriminator="tally"):
    """Kept numbers of a building: how many, or cm2, by the names that `tally_name` makes."""

    sign = ":"


class HolderItem(TableItem, discriminator="holder"):
    """Says who holds what must be unique: a floor's or room's number, a user's address."""

    holder_id = UnicodeAttribute()


class OnceItem(TableItem, discriminator="once"):
    """What a request with an Idempotency-Key did; `rows` (JSON) which rows of a batch, and with
    which records. `expires_at`: see ExportItem.
    """

    record_id = UnicodeAttribute()
    rows = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class ImportItem(TableItem, discriminator="import"):
    id = UnicodeAttribute()
    building_id = UnicodeAttribute()
    filename = UnicodeAttribute()
    mode = UnicodeAttribute()
    profile = UnicodeAttribute()
    status = UnicodeAttribute()
    progress = NumberAttribute(default=0)
    counts: JSONAttribute = JSONAttribute(null=True)
    errors: JSONAttribute = JSONAttribute(null=True)
    warnings: JSONAttribute = JSONAttribute(null=True)
    columns: JSONAttribute = JSONAttribute(null=True)
    check: JSONAttribute = JSONAttribute(null=True)
    errors_count = NumberAttribute(default=0)
    warnings_count = NumberAttribute(default=0)
    attempt = UnicodeAttribute(null=True)
    attempts = NumberAttribute(default=0)
    lease_until = UnicodeAttribute(null=True)
    chunks_done = NumberAttribute(default=0)
    plan_digest = UnicodeAttribute(null=True)
    plan_index: JSONAttribute = JSONAttribute(null=True)
    plan_size = NumberAttribute(default=0)
    is_approved = BooleanAttribute(null=True)
    apply_begun = BooleanAttribute(null=True)
    remove = BooleanAttribute(null=True)
    is_cut_off = BooleanAttribute(null=True)
    group_begun = UnicodeAttribute(null=True)
    undo_begun_at = UnicodeAttribute(null=True)
    started_by = UnicodeAttribute(null=True)
    started_by_name = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class LaneItem(NumbersItem, discriminator="import_lane"):
    """A lane of an import, and what its chunks owe: `<sort key>|<number>`, to be added there."""

    sign = "|"
    building_id = UnicodeAttribute()
    import_id = UnicodeAttribute()
    first_chunk = NumberAttribute()
    location = UnicodeAttribute()
    chunks = NumberAttribute()
    floor_ids = UnicodeSetAttribute()
    done = NumberAttribute(default=0)
    written = NumberAttribute(default=0)
    created = NumberAttribute(default=0)
    updated = NumberAttribute(default=0)
    fault = UnicodeAttribute(null=True)
    version = NumberAttribute(default=1)


class ExportItem(TableItem, discriminator="export"):
    """`expires_at` is when DynamoDB may remove it, in seconds since 1970."""

    id = UnicodeAttribute()
    building_id = UnicodeAttribute()
    format = UnicodeAttribute()
    scope: JSONAttribute = JSONAttribute()
    filename = UnicodeAttribute()
    status = UnicodeAttribute()
    progress = NumberAttribute(default=0)
    counts: JSONAttribute = JSONAttribute(null=True)
    size_bytes = NumberAttribute(null=True)
    message = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute(null=True)
    started_by = UnicodeAttribute(null=True)
    started_by_name = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    expires_at = NumberAttribute()


class CheckItem(TableItem, discriminator="check"):
    id = UnicodeAttribute()
    building_id = UnicodeAttribute()
    source = UnicodeAttribute()
    filename = UnicodeAttribute(null=True)
    import_id = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    progress = NumberAttribute(default=0)
    score = NumberAttribute(null=True)
    counts: JSONAttribute = JSONAttribute(null=True)
    rules: JSONAttribute = JSONAttribute(null=True)
    findings: JSONAttribute = JSONAttribute(null=True)
    error_code = UnicodeAttribute(null=True)
    error_message = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute(null=True)
    attempts = NumberAttribute(default=0)
    lease_until = UnicodeAttribute(null=True)
    started_by = UnicodeAttribute(null=True)
    started_by_name = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class DeletionItem(TableItem, discriminator="deletion"):
    """How far the removal of a building, floor or room is; that record has its id as a mark."""

    id = UnicodeAttribute()
    target_kind = UnicodeAttribute()
    target_id = UnicodeAttribute()
    target_label = UnicodeAttribute()
    building_id = UnicodeAttribute()
    floor_id = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    total = NumberAttribute()
    removed: JSONAttribute = JSONAttribute()
    message = UnicodeAttribute(null=True)
    version = NumberAttribute(default=1)
    started_by = UnicodeAttribute(null=True)
    started_by_name = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class WordItem(TableItem, discriminator="word"):
    """A word of a record, by which search finds it; `words` are all of the record's words."""

    building_id = UnicodeAttribute()
    floor_id = UnicodeAttribute(null=True)
    words = UnicodeAttribute()


class OrganizationItem(TableItem, discriminator="organization"):
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    admins_count = NumberAttribute(default=0)
    created_at = UnicodeAttribute()


class UserItem(TableItem, discriminator="user"):
    id = UnicodeAttribute()
    organization_id = UnicodeAttribute()
    subject = UnicodeAttribute()
    email = UnicodeAttribute()
    first_name = UnicodeAttribute()
    last_name = UnicodeAttribute()
    role = UnicodeAttribute()
    grants: JSONAttribute = JSONAttribute(null=True)
    is_active = BooleanAttribute()
    version = NumberAttribute(default=1)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class IdentityItem(TableItem, discriminator="identity"):
    """Leads from a Cognito subject to its user's organisation and id."""

    organization_id = UnicodeAttribute()
    user_id = UnicodeAttribute()


class ChangeItem(TableItem, discriminator="change"):
    """One history entry, of one record or (with `file`) of one chunk of an import."""

    id = UnicodeAttribute()
    at = UnicodeAttribute()
    event = UnicodeAttribute()
    record_kind = UnicodeAttribute()
    record_id = UnicodeAttribute()
    record_label = UnicodeAttribute()
    building_id = UnicodeAttribute(null=True)
    actor_id = UnicodeAttribute(null=True)
    actor_name = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    import_id = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    changes: JSONAttribute = JSONAttribute(null=True)
    file = UnicodeAttribute(null=True)
    records = NumberAttribute(null=True)
    kinds = UnicodeSetAttribute(null=True)
    # Of a removal by hand: which chunks changed the record before, as its item told.
    change_files = UnicodeSetAttribute(null=True)
    born = UnicodeAttribute(null=True)


class GoneItem(TableItem, discriminator="gone"):
    """What a chunk removed in one shard of a building, to find the chunk by (ADR 0005).

    `records` maps each id to the version of its removal, when it came into the registry, and the
    chunks that had changed it.
    """

    at = UnicodeAttribute()
    records: JSONAttribute = JSONAttribute()


def connect(*, table_name: str, region: str, endpoint_url: str | None) -> Connection:
    """Point the models at their table, through one connection that transactions share.

    PynamoDB gives each model class a connection of its own; a botocore client takes longer to make
    than a request, so all take that of `TableItem`, which subclasses find by inheritance.
    """
    meta: Any = TableItem.Meta
    meta.table_name, meta.region, meta.host = table_name, region, endpoint_url
    base: Any = TableItem
    base._connection = None
    connection: Connection = base._get_connection().connection
    return connection
