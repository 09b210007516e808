from collections import Counter

import pytest

from arxos.domain.identifiers import (
    MAX_SHARDS,
    derived_id,
    is_id,
    shard_names,
    shard_of,
    shards_for,
)


def test_the_same_parts_give_the_same_id_for_ever() -> None:
    # Written down, because a change of it would make every re-import create a second copy.
    assert derived_id("room", "bld_1", "ifc", "KEY") == "rm_09MEQJXQ473F6M2FMVT3HX2HB8W"


def test_different_parts_give_different_ids() -> None:
    ids = {
        derived_id(kind, building, source, key)
        for kind in ("room", "device")
        for building in ("bld_1", "bld_2")
        for source in ("ifc", "cobie")
        for key in ("a", "A", "ab", "")
    }
    assert len(ids) == 32


def test_case_matters_in_keys() -> None:
    assert derived_id("room", "b", "ifc", "2O2Fr$") != derived_id("room", "b", "ifc", "2o2Fr$")


@pytest.mark.parametrize(
    ("records", "shards"),
    [(0, 1), (8_000, 1), (8_001, 2), (100_000, 16), (10_000_000, MAX_SHARDS)],
)
def test_shards_grow_with_the_building(records: int, shards: int) -> None:
    assert shards_for(records) == shards


def test_ids_spread_evenly_over_the_shards() -> None:
    per_shard = Counter(
        shard_of(derived_id("device", "bld_1", "ifc", str(n), shards=16)) for n in range(16_000)
    )

    assert set(per_shard) == set(shard_names(16))
    assert max(per_shard.values()) < 1_200


@pytest.mark.parametrize(
    ("value", "kind", "verdict"),
    [
        ("bld_01ARZ3NDEKTSV4RRFFQ69G5FAV", "building", True),
        ("rm_001ARZ3NDEKTSV4RRFFQ69G5FAV", "room", True),
        ("rm_001ARZ3NDEKTSV4RRFFQ69G5FAV", "device", False),
        ("bld_", "building", False),
        ("bld_a#b", "building", False),
        ("bld_" + "x" * 41, "building", False),
        ("bld_1\n", "building", False),
    ],
)
def test_the_form_of_ids(value: str, kind: str, verdict: bool) -> None:
    assert is_id(value, kind) is verdict
