"""An undo takes back all that its import did, and nothing that came later."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.group import Group, GroupKind
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.source import SourceGroup, SourceModel
from arxos.use_cases import devices, groups, records
from tests.domain.test_import_plan import changed
from tests.make import make_id, make_model
from tests.use_cases.test_plan_apply_undo import ADA, MODEL, SMALLER, Planned
from tests.use_cases.test_read_building_file import counters


class Undoing(Planned):
    """One import that has been applied, and what people do afterwards."""

    def __init__(self, model: SourceModel = MODEL) -> None:
        super().__init__(model)
        self.apply()
        self.first = self.file

    def device(self, key: str) -> Device:
        (found,) = (
            d for d in self.uow.devices.all(self.building) if d.external_ids.get("ifc") == key
        )
        return found

    def group(self, name: str) -> Group:
        (found,) = (g for g in self.uow.groups.all(self.building.id) if g.name == name)
        return found

    def members(self, name: str) -> set[str]:
        return set(self.uow.groups.all_members(self.group(name)))

    def by_hand(self, what: Callable[..., Any], *args: Any, **given: Any) -> Any:
        common: dict[str, Any] = {"uow": self.uow, "actor": ADA, "now": self.clock()}
        return what(self.building.id, *args, **{"versions": None, **common, **given})

    def edit(self, key: str, **changes: Any) -> None:
        self.by_hand(devices.update_device, self.device(key).id, changes)

    def has(self, key: str) -> bool:
        return any(d.external_ids.get("ifc") == key for d in self.uow.devices.all(self.building))

    def kept(self, job: ImportJob) -> list[tuple[str | None, str | None]]:
        return [(p.key, p.field) for p in job.warnings]


@pytest.fixture
def undoing() -> Undoing:
    return Undoing()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tag_number", "TAG-77"),
        ("description", "serviced"),
        ("tags", ["x"]),
        ("metadata", {"k": 1}),
        ("barcode", "0815"),
    ],
)
def test_what_got_a_field_by_hand_that_the_file_left_empty_stays_and_is_listed(
    undoing: Undoing, field: str, value: Any
) -> None:
    undoing.edit("F0R0D0", **{field: value})
    device, parents = undoing.device("F0R0D0"), {"devices_count", "rooms_count"}

    job = undoing.undo()

    assert undoing.has("F0R0D0")
    assert (device.id, field) in undoing.kept(job)
    assert {f for key, f in undoing.kept(job) if key != device.id} == parents
    assert counters(undoing) == (1, 1, 1)


def test_what_a_person_has_set_back_to_what_the_file_says_may_go(undoing: Undoing) -> None:
    undoing.edit("F0R0D0", name="Mine")
    undoing.edit("F0R0D0", name=next(d.name for d in MODEL.devices if d.key == "F0R0D0"))

    assert undoing.undo().warnings == ()
    assert counters(undoing) == (0, 0, 0)


def test_what_a_later_import_filled_in_stays_and_is_listed(undoing: Undoing) -> None:
    filled = replace(
        MODEL, devices=tuple(replace(d, description=f"S {d.key}") for d in MODEL.devices)
    )
    undoing.again(filled)
    undoing.apply()

    job = undoing.undo(undoing.first)

    assert counters(undoing) == (2, 12, 60)
    assert {p.field for p in job.warnings} == {
        "description",
        "devices_count",
        "rooms_count",
    }


def test_what_another_document_speaks_of_too_stays_and_is_listed(undoing: Undoing) -> None:
    undoing.again(replace(MODEL, document="ifc:other", groups=()))
    undoing.apply()

    job = undoing.undo(undoing.first)

    assert counters(undoing) == (2, 12, 60)
    assert "said" in {p.field for p in job.warnings}


def test_what_somebody_has_put_into_a_group_since_stays_and_is_listed(undoing: Undoing) -> None:
    device = undoing.device("F1R0D0")
    group = groups.create_group(
        undoing.building.id,
        {"group_kind": GroupKind.SYSTEM, "name": "Mine"},
        uow=undoing.uow,
        actor=ADA,
        new_id=make_id,
        now=undoing.clock(),
    )
    undoing.by_hand(groups.replace_group_members, group.id, [device.id], [])

    job = undoing.undo()

    assert (device.id, "group_ids") in undoing.kept(job)
    assert undoing.members("Mine") == {device.id}


def test_a_group_that_somebody_has_edited_stays_and_is_listed(undoing: Undoing) -> None:
    group = undoing.group("Water")
    undoing.by_hand(groups.update_group, group.id, {"description": "cold"})

    job = undoing.undo()

    assert undoing.kept(job) == [(group.id, "description")]
    assert undoing.group("Water").members_count == 0  # they went with the import
    assert counters(undoing) == (0, 0, 0)


def test_members_and_fields_that_an_import_changed_in_groups_return(undoing: Undoing) -> None:
    before = undoing.state()
    zone, water = MODEL.groups
    undoing.again(
        replace(
            MODEL,
            groups=(
                replace(zone, category="Cat", room_keys=("F0R0", "F0R2", "F0R3")),
                replace(water, description="Cold", device_keys=water.device_keys[:10]),
            ),
        )
    )
    undoing.apply()
    assert undoing.group("Water").members_count == 10

    job = undoing.undo()

    assert (job.status, job.warnings) == (ImportStatus.UNDONE, ())
    assert undoing.state() == before


def test_a_group_of_many_members_is_taken_back_whole(undoing: Undoing) -> None:
    before = undoing.state()
    every = tuple(d.key for d in MODEL.devices)
    wide = SourceGroup(key="system:All", group_kind="system", name="All", device_keys=every)
    undoing.again(replace(MODEL, groups=(*MODEL.groups, wide)))
    undoing.apply()
    assert undoing.group("All").members_count == 60

    assert undoing.undo().warnings == ()

    assert undoing.state() == before


def test_what_was_removed_returns_with_hand_edits_memberships_and_a_version_of_its_own() -> None:
    grouped = replace(MODEL.groups[1], device_keys=tuple(f"F1R5D{d}" for d in range(5)), name="Air")
    undoing = Undoing(replace(MODEL, groups=(grouped,)))
    undoing.edit("F1R5D0", name="Mine")
    undoing.rename("F1R5", "Server room")
    device, room, members = undoing.device("F1R5D0"), undoing.room("F1R5"), undoing.members("Air")
    undoing.again(replace(SMALLER, groups=()))
    undoing.apply(remove=True)
    assert not undoing.has("F1R5D0")

    undoing.undo()

    again = undoing.device("F1R5D0")
    assert again.hand_edits == device.hand_edits
    assert again.said == device.said
    assert again.group_ids == device.group_ids
    assert again.version > device.version
    assert undoing.room("F1R5").hand_edits == room.hand_edits
    assert undoing.members("Air") == members
    undoing.again(replace(MODEL, groups=(grouped,)))
    assert {e.kind.value for e in undoing.entries()} == {"keep"}
    undoing.apply()
    assert (undoing.device("F1R5D0").name, undoing.room("F1R5").name) == ("Mine", "Server room")


def test_what_can_no_longer_return_to_where_it_was_is_listed_and_the_undo_goes_on() -> None:
    model = make_model(floors=1, rooms=2, devices=1)
    undoing = Undoing(model)
    newer = changed(model, "devices", "F0R0D0", room_keys=("F0R1",))
    undoing.again(changed(newer, "devices", "F0R1D0", name="Renamed"))
    undoing.apply()
    room, stayed = undoing.room("F0R0"), undoing.room("F0R1")
    undoing.by_hand(partial(records.remove_empty, "room"), room.id)

    job = undoing.undo()

    assert (job.status, [p.code for p in job.warnings]) == (ImportStatus.UNDONE, ["EDITED_SINCE"])
    assert undoing.device("F0R0D0").room_id == stayed.id
    assert undoing.device("F0R1D0").name != "Renamed"


def test_an_undo_reads_many_records_in_one_call(undoing: Undoing) -> None:
    big = Undoing(make_model(floors=1, rooms=10, devices=25))
    read: list[int] = []
    real = type(big.uow.devices).get_some

    def counted(repository: Any, building_id: str, ids: Any) -> Any:
        wanted = list(ids)
        read.append(len(wanted))
        return real(repository, building_id, wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(big.uow.devices), "get_some", counted)
        big.undo()

    assert read == [100, 100, 50]
