"""The lanes of imports in memory: what their chunks owe is noted with them, as on DynamoDB."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import BeingDeleted, ChangedMeanwhile, NotFound
from arxos.domain.import_lane import ImportLane, arriving

Key = tuple[str, ...]
# Few, so that tests settle in several steps.
MOST_PAID = 3


@dataclass(frozen=True)
class StoredLane:
    """`owed`: to which counter of which item how much is to be added."""

    lane: ImportLane
    owed: Counter[tuple[Key, str]] = field(default_factory=Counter)


class FakeLanes:
    def __init__(self, org: str, table: Any, draft: Any) -> None:
        self._org, self._table, self._draft = org, table, draft

    def get(self, building_id: str, import_id: str, first_chunk: int) -> ImportLane:
        stored = self._table.items.get(self._key(building_id, import_id, first_chunk))
        if stored is None:
            raise NotFound("lane")
        return stored.lane  # type: ignore[no-any-return]

    def all(self, building_id: str, import_id: str | None = None) -> Sequence[ImportLane]:
        start = (self._org, "lane", building_id)
        found = sorted(key for key in self._table.items if key[:3] == start)
        return [self._table.items[k].lane for k in found if import_id in (None, k[3])]

    def open(self, lane: ImportLane, devices: Sequence[Device]) -> None:
        new, on_floors = arriving(devices)
        announced: Counter[tuple[Key, str]] = Counter()
        building: Key = (self._org, "building", lane.building_id)
        announced[building, "devices_count"] += new
        for floor_id, coming in on_floors.items():
            floor = (self._org, "floor", lane.building_id, floor_id)
            announced[floor, "devices_count"] += coming
        for (key, counter), by in announced.items():
            if by:
                self._draft.count(key, counter, by, key[1])
        owed = Counter({of: -by for of, by in announced.items() if by})

        def unmarked(items: dict[Key, Any]) -> None:
            if items[building].deletion_id is not None:
                raise BeingDeleted("building")

        self._draft._add(building, unmarked)
        self._draft.put_new(self._key_of(lane), StoredLane(lane, owed), ChangedMeanwhile)

    def advance(self, lane: ImportLane) -> None:
        key = self._key_of(lane)

        def step(items: dict[Key, Any]) -> None:
            stored = _as_read(items, key, lane)
            owed = stored.owed.copy()
            owed.update(self._draft.owed)
            items[key] = StoredLane(lane.stored(), Counter({k: n for k, n in owed.items() if n}))

        self._draft._add(key, step)

    def close(self, lane: ImportLane, fault: str) -> None:
        key = self._key_of(lane)

        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if stored is None or stored.lane.is_over:
                raise ChangedMeanwhile
            items[key] = replace(stored, lane=replace(stored.lane, fault=fault).stored())

        self._draft._add(key, step)

    def settle(self, lane: ImportLane) -> bool:
        return self._pay(lane, goes=False)

    def remove(self, lane: ImportLane) -> bool:
        return self._pay(lane, goes=True)

    def _pay(self, lane: ImportLane, *, goes: bool) -> bool:
        key = self._key_of(lane)
        if key not in self._table.items:
            raise NotFound("lane")
        owed = self._table.items[key].owed
        paid = dict(list(owed.items())[:MOST_PAID])
        for (of, counter), by in paid.items():
            self._draft.count(of, counter, by, of[1])
        is_all = len(paid) == len(owed)

        def step(items: dict[Key, Any]) -> None:
            stored = _as_read(items, key, lane)
            if goes and is_all:
                del items[key]
            elif paid:
                left = Counter({of: by for of, by in stored.owed.items() if of not in paid})
                items[key] = StoredLane(stored.lane.stored(), left)

        self._draft._add(key, step)
        return is_all

    def _key_of(self, lane: ImportLane) -> Key:
        return self._key(lane.building_id, lane.import_id, lane.first_chunk)

    def _key(self, building_id: str, import_id: str, first_chunk: int) -> Key:
        return (self._org, "lane", building_id, import_id, f"{first_chunk:06d}")


def _as_read(items: dict[Key, Any], key: Key, lane: ImportLane) -> StoredLane:
    stored: StoredLane | None = items.get(key)
    if stored is None or stored.lane.version != lane.version:
        raise ChangedMeanwhile
    return stored
