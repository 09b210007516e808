"""Lanes of imports on DynamoDB (docs/access-patterns.md, J1-J6)."""

from collections.abc import Sequence
from itertools import islice

from pynamodb.expressions.operand import Path

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.query import Collection, read_all
from arxos.adapters.dynamodb.repositories.base import Repository, get_item
from arxos.adapters.dynamodb.table import BuildingItem, FloorItem, LaneItem
from arxos.adapters.dynamodb.transaction import changed_meanwhile
from arxos.domain.device import Device
from arxos.domain.import_lane import ImportLane, arriving

# Of the numbers that a lane owes, in one transaction: an expression has 4 KB, and floors are items.
MOST_PAID = 90


def _owed(key: keys.Key, number: str) -> str:
    """As `LaneTransaction` notes it."""
    return f"{key.sk}|{number}"


class DynamoLanes(Repository):
    """Access patterns J1-J6. See `arxos.ports.import_lanes.ImportLanes`."""

    def get(self, building_id: str, import_id: str, first_chunk: int) -> ImportLane:
        """J1."""
        key = keys.lane(self._org, building_id, import_id, first_chunk)
        return job_mapping.lane(get_item(LaneItem, key, "lane"))

    def all(self, building_id: str, import_id: str | None = None) -> Sequence[ImportLane]:
        """J2. A building has some ten at most, while an import is applied."""
        beginning = keys.LANE if import_id is None else f"{keys.LANE}{import_id}#"
        collection = Collection((keys.in_building(self._org, building_id),), beginning)
        return [job_mapping.lane(item) for item in read_all(collection)]

    def open(self, lane: ImportLane, devices: Sequence[Device]) -> None:
        """J3."""
        item = job_mapping.lane_item(self._org, lane)
        new, on_floors = arriving(devices)
        building = keys.building(self._org, lane.building_id)
        self._transaction.require_unmarked(BuildingItem, building, kind="building")
        if new:
            self._transaction.count(BuildingItem, building, "devices_count", new, kind="building")
            item.numbers[_owed(building, "devices_count")] = -new
        for floor_id, coming in on_floors.items():
            floor = keys.floor(self._org, lane.building_id, floor_id)
            self._transaction.count(FloorItem, floor, "devices_count", coming, kind="floor")
            item.numbers[_owed(floor, "devices_count")] = -coming
        self._transaction.put_new(item)

    def advance(self, lane: ImportLane) -> None:
        """J4."""
        item = job_mapping.lane_item(self._org, lane)
        self._transaction.change(
            item,
            [
                LaneItem.done.set(lane.done),
                LaneItem.written.set(lane.written),
                LaneItem.created.set(lane.created),
                LaneItem.updated.set(lane.updated),
                LaneItem.version.set(lane.version + 1),
            ],
            condition=LaneItem.version == lane.version,
            error=changed_meanwhile,
        )

    def close(self, lane: ImportLane, fault: str) -> None:
        """J5."""
        self._transaction.change(
            job_mapping.lane_item(self._org, lane),
            [LaneItem.fault.set(fault), LaneItem.version.add(1)],
            condition=LaneItem.fault.does_not_exist() & (LaneItem.done < LaneItem.chunks),
            error=changed_meanwhile,
        )

    def settle(self, lane: ImportLane) -> bool:
        """J6."""
        paid, is_all = self._pay(lane)
        self._forget(lane, paid)
        return is_all

    def remove(self, lane: ImportLane) -> bool:
        """J6."""
        paid, is_all = self._pay(lane)
        if is_all:
            item = job_mapping.lane_item(self._org, lane)
            self._transaction.delete(item, condition=LaneItem.version == lane.version)
        else:
            self._forget(lane, paid)
        return is_all

    def _forget(self, lane: ImportLane, paid: Sequence[str]) -> None:
        if paid:
            self._transaction.change(
                job_mapping.lane_item(self._org, lane),
                [*(Path([name]).remove() for name in paid), LaneItem.version.add(1)],
                condition=LaneItem.version == lane.version,
                error=changed_meanwhile,
            )

    def _pay(self, lane: ImportLane) -> tuple[Sequence[str], bool]:
        """Queue what the lane owes to be added where it belongs; whether that is all of it."""
        key = keys.lane(self._org, lane.building_id, lane.import_id, lane.first_chunk)
        owed = get_item(LaneItem, key, "lane").numbers
        some = dict(islice(owed.items(), MOST_PAID))
        for name, by in some.items():
            sk, _, number = name.partition("|")
            if sk.startswith(keys.TALLY):
                partition = keys.in_building(self._org, lane.building_id)
                self._transaction.tally(keys.Key(partition, sk), number, by)
            elif sk.startswith(keys.FLOOR):
                partition = keys.in_building(self._org, lane.building_id)
                at = keys.Key(partition, sk)
                self._transaction.count(FloorItem, at, number, by, kind="floor")
            else:
                at = keys.building(self._org, lane.building_id)
                self._transaction.count(BuildingItem, at, number, by, kind="building")
        return list(some), len(some) == len(owed)
