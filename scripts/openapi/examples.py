"""One small set of example records, and examples of any schema made of them.

The records are real ones, shown by the real `show_…` functions, so they cannot be wrong.
"""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from arxos.domain.address import Address, Coordinates
from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob, CheckSource
from arxos.domain.deletion import Deletion, DeletionStatus, RemovedCounts, Target
from arxos.domain.device import Device, Position
from arxos.domain.export_job import ExportFormat, ExportJob
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult, RuleSeverity
from arxos.domain.import_job import ImportCounts, ImportJob, ImportStatus
from arxos.domain.permissions import Role
from arxos.domain.plan_entries import EntryKind, PlanEntry, predict
from arxos.domain.room import Room
from arxos.domain.source import Problem
from arxos.domain.summary import COUNTED_FIELDS, tally_of
from arxos.domain.user import User
from arxos.entrypoints import representations as show
from arxos.ports.imports import Upload
from arxos.ports.lists import Slice
from arxos.use_cases.import_plans import PlanPage
from arxos.use_cases.overview import FloorNode, RoomNode, Summary
from arxos.use_cases.search import Hit

Schema = dict[str, Any]

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
ULID = "01KAP8ZC{:018d}"

IDS = {
    "building_id": f"bld_{ULID.format(1)}",
    "floor_id": f"flr_{ULID.format(2)}",
    "room_id": f"rm_0{ULID.format(3)}",
    "device_id": f"dev_0{ULID.format(4)}",
    "import_id": f"imp_{ULID.format(5)}",
    "user_id": f"usr_{ULID.format(6)}",
    "organization_id": f"org_{ULID.format(7)}",
    "group_id": f"grp_{ULID.format(8)}",
    "deletion_id": f"del_{ULID.format(9)}",
    "change_id": f"chg_{ULID.format(10)}",
    "export_id": f"exp_{ULID.format(11)}",
    "check_id": f"chk_{ULID.format(12)}",
}

_BY: dict[str, Any] = {"at": AT, "created_by": IDS["user_id"]}

BUILDING = Building.create(
    id=IDS["building_id"],
    name="North Tower",
    description="Offices above, shops on the ground floor.",
    address=Address("1 Main St", "Springfield", "IL", "62701", "US"),
    coordinates=Coordinates(39.8017, -89.6436),
    tags=("headquarters",),
    external_ids={"ifc": "0YvCTVUKr0kugbFTf53O9L"},
    floors_count=1,
    rooms_count=1,
    devices_count=1,
    **_BY,
)
FLOOR = Floor.create(
    id=IDS["floor_id"],
    building_id=BUILDING.id,
    floor_number=2,
    name="Second floor",
    elevation_m=7.2,
    rooms_count=1,
    devices_count=1,
    **_BY,
)
ROOM = Room.create(
    id=IDS["room_id"],
    building_id=BUILDING.id,
    floor_id=FLOOR.id,
    room_number="214",
    name="Meeting room",
    room_type="meeting",
    area_m2=24.5,
    area_source="footprint",
    volume_m3=73.5,
    footprint=((0.0, 0.0), (7.0, 0.0), (7.0, 3.5), (0.0, 3.5)),
    devices_count=1,
    **_BY,
)
DEVICE = Device.create(
    id=IDS["device_id"],
    building_id=BUILDING.id,
    floor_id=FLOOR.id,
    room_id=ROOM.id,
    room_ids=(ROOM.id,),
    name="Air handling unit 3",
    device_type="UnitaryEquipment",
    ifc_class="IfcUnitaryEquipment",
    manufacturer="Acme Air",
    model="AHU-300",
    serial_number="AA-2026-0042",
    tag_number="AHU-03",
    barcode="4006381333931",
    installed_on=date(2026, 3, 1),
    warranty_until=date(2031, 3, 1),
    position=Position(3.5, 1.75, 2.7),
    metadata={"airflow_m3_per_h": 3200},
    **_BY,
)
IMPORT = ImportJob(
    id=IDS["import_id"],
    building_id=BUILDING.id,
    filename="north-tower.ifc",
    status=ImportStatus.APPLIED,
    progress=1.0,
    counts=ImportCounts(created=286, unchanged=12),
    started_by=IDS["user_id"],
    started_by_name="Ada Lovelace",
    created_at=AT,
    updated_at=AT,
).with_problems(
    (
        Problem(
            severity="warning",
            code="ROOM_NUMBER_TWICE",
            message="The floor has two rooms with the number 214; both were kept.",
            sheet_or_class="IfcSpace",
            row_or_line=1204,
            key="3$mFEQ3KbEJAkJVPPSyMEH",
            field="room_number",
            value="214",
        ),
    )
)
PLAN = PlanPage(
    job=IMPORT,
    entries=Slice(
        (
            PlanEntry(
                kind=EntryKind.UPDATE,
                record_kind="room",
                record_id=ROOM.id,
                label="214 Meeting room",
                key="3$mFEQ3KbEJAkJVPPSyMEH",
                line=1204,
                fields={"area_m2": {"before": 24.5, "after": 25.0}},
                reason="The file says otherwise than before.",
            ),
        ),
        None,
    ),
    prediction=predict(298),
)
UPLOAD = Upload(
    url="https://uploads.example.com/",
    fields={"key": f"uploads/{IDS['organization_id']}/north-tower.ifc", "policy": "eyJleHAi"},
    max_bytes=268435456,
    expires_in_seconds=3600,
)
USER = User.invite(
    id=IDS["user_id"],
    organization_id=IDS["organization_id"],
    subject="9d1f6c1e-2a54-4b0e-8f0e-6f9f6f0c7a11",
    email="ada@example.com",
    first_name="Ada",
    last_name="Lovelace",
    role=Role.FACILITY_MANAGER,
    at=AT,
    by=None,
)

GROUP = Group.create(
    id=IDS["group_id"],
    building_id=BUILDING.id,
    group_kind=GroupKind.SYSTEM,
    name="Supply air 3",
    category="HVAC",
    members_count=1,
    **_BY,
)
EXPORT = ExportJob(
    id=IDS["export_id"],
    building_id=BUILDING.id,
    format=ExportFormat.CSV,
    filename="north-tower-2026-11-22.zip",
    started_by=IDS["user_id"],
    started_by_name="Ada Lovelace",
    created_at=AT,
    updated_at=AT,
).ready({"floors": 4, "groups": 2, "rooms": 80, "devices": 600}, 240_000, at=AT)
FINDING = Finding(
    rule="COBIE-SPACE-FLOORNAME-REF",
    severity=RuleSeverity.ERROR,
    sheet="Space",
    row=14,
    key="214",
    field="FloorName",
    value="Level 9",
    message="Space '214' names 'Level 9' as FloorName, which sheet Floor does not have.",
    remedy="Write the Name of a row of sheet Floor as it stands there, or add that row to Floor.",
)
CHECK = CheckJob(
    id=IDS["check_id"],
    building_id=BUILDING.id,
    source=CheckSource.FILE,
    filename="north-tower.xlsx",
    started_by=IDS["user_id"],
    started_by_name="Ada Lovelace",
    created_at=AT,
    updated_at=AT,
).done(
    CheckResult(
        score=97.4,
        counts={"error": 1, "warning": 0, "info": 0},
        rules=(
            RuleResult(
                rule=FINDING.rule,
                severity=FINDING.severity,
                sheet="Space",
                column="FloorName",
                says="What FloorName names is on sheet Floor.",
                tested=80,
                broken=1,
                listed=1,
            ),
        ),
        findings=(FINDING,),
    ),
    at=AT,
)
DELETION = Deletion(
    id=IDS["deletion_id"],
    target=Target.of(FLOOR),
    status=DeletionStatus.RUNNING,
    total=420,
    removed=RemovedCounts(devices=180),
    started_by=IDS["user_id"],
    started_by_name="Ada Lovelace",
    created_at=AT,
    updated_at=AT,
)
COUNTS = Counter(
    {
        **tally_of("room", {name: getattr(ROOM, name) for name in COUNTED_FIELDS["room"]}),
        **tally_of("device", {name: getattr(DEVICE, name) for name in COUNTED_FIELDS["device"]}),
    }
)

# By the name of the model in entrypoints/schemas.
RECORDS: dict[str, dict[str, Any]] = {
    "Building": show.show_building(BUILDING),
    "Floor": show.show_floor(FLOOR),
    "Room": show.show_room(ROOM),
    "Device": show.show_device(DEVICE),
    "Group": show.show_group(GROUP),
    "Member": show.show_member(DEVICE),
    "TreeBuilding": show.show_tree_building(BUILDING),
    "TreeFloor": show.show_tree_floor(
        FloorNode(FLOOR, (RoomNode(ROOM, (DEVICE,)),), is_complete=True)
    ),
    "Summary": show.show_summary(Summary(BUILDING, (FLOOR,), COUNTS)),
    "Deletion": show.show_deletion(DELETION),
    "Import": show.show_import(IMPORT),
    "Export": show.show_export(
        EXPORT, "https://uploads.example/exports/north-tower-2026-11-22.zip"
    ),
    "Check": show.show_check(CHECK),
    "CheckLine": show.show_check_line(CHECK),
    "Finding": show.show_finding(FINDING),
    "Download": show.show_download("https://uploads.example/reports/workbook.xlsx"),
    "Problem": show.show_problem(IMPORT.warnings[0]),
    "Plan": show.show_plan(PLAN),
    "PlanEntry": show.show_plan_entry(PLAN.entries.items[0]),
    "Upload": show.show_upload(UPLOAD),
    "User": show.show_user(USER),
    "Health": {"status": "healthy", "checks": {"table": "ok", "uploads": "ok", "sign_in": "ok"}},
    "Change": {
        "id": IDS["change_id"],
        "at": "2026-11-22T09:30:00.000Z",
        "event": "RoomUpdated",
        "record_kind": "room",
        "record_id": IDS["room_id"],
        "record_label": "214 Meeting room",
        "user_id": IDS["user_id"],
        "user_name": "Ada Lovelace",
        "request_id": REQUEST_ID,
        "import_id": None,
        "changes": {"name": {"before": "Office", "after": "Meeting room"}},
    },
    "Hit": show.show_hit(Hit(record=ROOM, matched="number", building_name=BUILDING.name)),
    "Explanation": {
        "allowed": True,
        "permission": "update_device",
        "through": {
            "role": "engineer",
            "scope": "building",
            "building_id": IDS["building_id"],
            "floor_id": None,
        },
        "reason": "Ada Lovelace may do this: an engineer in this building may update_device.",
    },
}

for _kind in ("Room", "Device"):
    RECORDS[f"{_kind}Result"] = {
        "index": 0,
        "op": "create",
        "id": RECORDS[_kind]["id"],
        "success": True,
        "status": 201,
        "version": 1,
        "record": RECORDS[_kind],
    }

# What bodies and query parameters of these names hold, where no record has them.
VALUES: dict[str, Any] = {
    **IDS,
    "succeeded": 1,
    "failed": 0,
    "filename": "north-tower.ifc",
    "download_url": "https://uploads.example/north-tower-plan.xlsx",
    "fields": ["name"],
    "q": "tower",
    "sort": "name",
    "limit": 50,
    "path": f"/api/v1/buildings/{IDS['building_id']}",
    "verb": "PATCH",
    "next_cursor": None,
    "as_of": "2026-11-22T09:30:00Z",
    "details": {},
}

# The status that each kind of record may have next after that of its example.
NEXT_STATUS = {
    "Building": "under_construction",
    "Floor": "under_construction",
    "Room": "under_construction",
    "Device": "operational",
}


def example(
    schema: Schema, components: dict[str, Schema], *, about: str = "", name: str = ""
) -> Any:
    """An example of `schema`; `about` names the record that its fields are taken from."""
    return _Maker(components).make(schema, dict(RECORDS.get(about, {})), name)


class _Maker:
    def __init__(self, components: dict[str, Schema]) -> None:
        self._components = components

    def make(self, schema: Schema, context: dict[str, Any], name: str) -> Any:
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            if target in RECORDS:
                return RECORDS[target]
            inner = context.get(name)
            return self.make(
                self._components[target], inner if isinstance(inner, dict) else context, name
            )
        if schema.get("type") == "null":
            return None
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            for known in (context.get(name), VALUES.get(name)):
                if known in schema["enum"]:
                    return known
            return schema["enum"][0]
        if name in context and not isinstance(context[name], dict):
            return context[name]
        if name in VALUES:
            return VALUES[name]
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return self.make(schema[union][0], context, name)
        return self._of_type(schema, context, name)

    def _of_type(self, schema: Schema, context: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        match kind:
            case "object":
                if "properties" not in schema:
                    return context.get(name, {})
                return {k: self.make(v, context, k) for k, v in schema["properties"].items()}
            case "array":
                return [self.make(schema["items"], context, name.removesuffix("s"))]
            case "integer" | "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", 0))
            case "boolean":
                return False
            case "null":
                return None
        formats = {"date": "2026-11-22", "date-time": "2026-11-22T09:30:00.000Z"}
        return formats.get(schema.get("format", ""), name.replace("_", " ") or "text")
