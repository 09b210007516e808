"""Which group a file's system or zone is, whoever brought it first."""

from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.group import MAX_GROUPS_OF_A_RECORD
from arxos.domain.import_planning import plan_import
from arxos.domain.record import Record
from arxos.domain.source import SourceGroup, SourceModel
from tests.domain.test_import_plan import plan, stored
from tests.domain.test_several_sources import workbook
from tests.make import LATER, make_model

LIGHTING = SourceGroup(
    key="2sys",
    group_kind="system",
    name="Lighting",
    category="Electrical",
    device_keys=("F0R0D0", "F0R0D1"),
)
IFC = make_model(document="ifc:A", groups=(LIGHTING,))


def cobie(*groups: SourceGroup) -> SourceModel:
    return replace(workbook(), groups=groups)


def again_with_members(model: SourceModel, records: list[Record], members: list[str]) -> Any:
    of_kind = {k: [r for r in records if r.kind == k] for k in ("floor", "room", "device", "group")}
    return plan_import(
        model,
        building_id="bld_1",
        shards=1,
        floors=of_kind["floor"],  # type: ignore[arg-type]
        rooms=of_kind["room"],  # type: ignore[arg-type]
        devices=of_kind["device"],  # type: ignore[arg-type]
        groups=of_kind["group"],  # type: ignore[arg-type]
        members_of=lambda _: members,
        at=LATER,
        by=None,
    )


@pytest.mark.parametrize("category", ["Electrical", None])
def test_another_sources_system_of_that_name_is_completed_and_loses_nobody(
    category: str | None,
) -> None:
    first = plan(IFC)
    records, members = stored(first), list(first.groups[0].added)
    theirs = SourceGroup(
        key="system:lighting",
        group_kind="system",
        name="LIGHTING",
        category=category,
        description="All lamps",
        device_keys=("cF0R1D0",),
    )

    made = again_with_members(cobie(theirs), records, members)

    (change,) = made.groups
    assert (change.group.id, change.group.name) == (first.groups[0].group.id, "Lighting")
    assert (change.group.category, change.group.description) == ("Electrical", "All lamps")
    assert change.group.external_ids == {"ifc": "2sys", "cobie": "system:lighting"}
    assert (len(change.added), change.removed) == (1, ())
    after = stored(made, *records)
    everyone = [*members, *change.added]
    for model in (cobie(theirs), IFC):
        assert again_with_members(model, after, everyone).groups == []
    # A file that newly says who is in it speaks for all devices it knows.
    smaller = replace(IFC, groups=(replace(LIGHTING, device_keys=("F0R0D0",)),))
    (change,) = again_with_members(smaller, after, everyone).groups
    assert set(change.removed) == {*everyone[1:]}


def test_of_two_of_one_name_none_is_guessed() -> None:
    records = stored(plan(IFC))
    theirs = SourceGroup(key="a", group_kind="system", name="Lighting")

    made = plan(cobie(theirs, replace(theirs, key="b")), *records)

    assert len([c for c in made.groups if "ifc" not in c.group.external_ids]) == 2
    zone = plan(cobie(replace(theirs, group_kind="zone")), *records)
    assert len(zone.groups) == 1


def test_a_device_that_is_in_twenty_groups_enters_no_more() -> None:
    groups = tuple(
        replace(LIGHTING, key=f"s{i}", name=f"Circuit {i}", device_keys=("F0R0D0",))
        for i in range(MAX_GROUPS_OF_A_RECORD + 1)
    )

    made = plan(replace(IFC, groups=groups))

    assert [len(change.added) for change in made.groups] == [1] * MAX_GROUPS_OF_A_RECORD + [0]
    (problem,) = made.problems
    assert (problem.code, problem.key) == ("GROUPS_TOO_MANY", f"s{MAX_GROUPS_OF_A_RECORD}")


@pytest.mark.parametrize("text", ["\u00ad", " ", "line one\nline two"])
def test_a_groups_description_is_kept_as_any_records_is_though_nothing_of_it_is_seen(
    text: str,
) -> None:
    (change,) = plan(
        cobie(SourceGroup(key="z", group_kind="zone", name="A", description=text))
    ).groups

    assert change.group.description == text


def test_a_group_whose_name_shows_nothing_gets_one() -> None:
    (change,) = plan(cobie(SourceGroup(key="z", group_kind="zone", name="\u00ad"))).groups

    assert change.group.name == "unnamed"
