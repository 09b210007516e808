"""Buildings on DynamoDB (docs/access-patterns.md, B)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import (
    TALLY_GROUPS,
    Repository,
    get_item,
    tally_of_name,
)
from arxos.adapters.dynamodb.sorted_lists import best, in_order, read_orders
from arxos.adapters.dynamodb.table import GSI1, BuildingItem, TallyItem
from arxos.adapters.dynamodb.transaction import changed_meanwhile
from arxos.domain.building import Building
from arxos.domain.errors import NotFound, TooManyToSort
from arxos.domain.identifiers import is_id
from arxos.domain.ordering import MAX_SORTED
from arxos.domain.summary import Tally
from arxos.domain.text_rules import folded
from arxos.ports.lists import BuildingFilter, Page, Slice


def _may_sort(number: int) -> bool:
    """Raises TooManyToSort at the first building too many."""
    if number > MAX_SORTED:
        raise TooManyToSort(
            f"more than {MAX_SORTED:,} buildings", MAX_SORTED, "sort by name or by created"
        )
    return True


class DynamoBuildings(Repository):
    """Access patterns B1-B9, L1."""

    def get(self, building_id: str) -> Building:
        """B1."""
        if not is_id(building_id, "building"):
            raise NotFound("building")
        key = keys.building(self._org, building_id)
        return mapping.building(get_item(BuildingItem, key, "building"))

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        """B2 (by time of creation: the ids are ULIDs), B3 (by name), L1 (by time of change)."""
        if where.building_ids is not None:
            return self._list_some(where.building_ids, where, page)
        if where.sort.endswith("updated"):
            return self._list_by_change(where, page)
        partition = keys.buildings(self._org)
        forward = not where.sort.startswith("-")
        if where.sort.lstrip("-") == "name":
            collection = Collection(
                (partition,), "", index=GSI1, home=lambda _: partition, forward=forward
            )
        else:
            collection = Collection((partition,), "BLD#", forward=forward)
        condition: Any = None
        if where.status is not None:
            condition = BuildingItem.status == where.status
        if where.q is not None:
            contains = BuildingItem.name_folded.contains(folded(where.q))
            condition = contains if condition is None else condition & contains
        return read_slice(collection, page, mapping.building, where=condition)

    def _list_some(
        self, building_ids: frozenset[str], where: BuildingFilter, page: Page
    ) -> Slice[Building]:
        """B9. Of a caller with grants on some buildings: at most 50, so sorted here."""
        found = [
            b
            for b in self._get_some_buildings(building_ids)
            if where.status in (None, b.status)
            and (where.q is None or folded(where.q) in folded(b.name))
        ]
        return in_order(found, where.sort, page)

    def _list_by_change(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        """L1. All are looked at: how many there are is known no other way."""
        collection = Collection((keys.buildings(self._org),), "BLD#")
        orders = read_orders(collection, where.sort, also=("status", "name_folded"))
        wanted = folded(where.q or "")
        found = best(
            (
                (order, order[1])
                for number, (order, raw) in enumerate(orders, 1)
                if order is not None
                and _may_sort(number)
                and where.status in (None, raw["status"]["S"])
                and wanted in raw["name_folded"]["S"]
            ),
            where.sort,
            page,
        )
        held = {building.id: building for building in self._get_some_buildings(found.items)}
        return Slice(tuple(held[i] for i in found.items if i in held), found.position)

    def _get_some_buildings(self, building_ids: Iterable[str]) -> tuple[Building, ...]:
        wanted = [tuple(keys.building(self._org, b)) for b in sorted(building_ids)]
        with reading():
            items = BuildingItem.batch_get(wanted, consistent_read=True) if wanted else []
            return tuple(mapping.building(item) for item in items)

    def add(self, building: Building) -> None:
        """B4."""
        self._put_new(mapping.building_item(self._org, building), building)
        for group in TALLY_GROUPS:
            key = keys.tallies(self._org, building.id, group)
            self._transaction.put_new(TallyItem(key.pk, key.sk))

    def update(self, building: Building) -> None:
        """B5."""
        self._set(mapping.building_item(self._org, building), building)

    def remove(self, building: Building) -> None:
        """B7."""
        self._delete(
            mapping.building_item(self._org, building),
            building,
            ("floors_count", "rooms_count", "devices_count", "groups_count"),
        )
        for group in TALLY_GROUPS:
            key = keys.tallies(self._org, building.id, group)
            self._transaction.delete(TallyItem(key.pk, key.sk))

    def tallies(self, building_id: str) -> Tally:
        """B8. Empty for an unknown building."""
        found = [keys.tallies(self._org, building_id, group) for group in TALLY_GROUPS]
        tally: Tally = Counter()
        with reading():
            for item in TallyItem.batch_get([tuple(key) for key in found], consistent_read=True):
                for name, amount in item.numbers.items():
                    # Below nothing: what a lane still owes (J6) has been deleted already.
                    if amount > 0:
                        tally[tally_of_name(name)] = amount
        return tally

    def spread(self, building: Building, shards: int) -> None:
        """B6. Only ever upwards, so that no list forgets a shard."""
        key = keys.building(self._org, building.id)
        if shards > building.shards:
            self._transaction.change(
                BuildingItem(key.pk, key.sk),
                [BuildingItem.shards.set(shards)],
                condition=BuildingItem.shards == building.shards,
                error=changed_meanwhile,
            )
