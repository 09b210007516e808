"""Floors on DynamoDB (docs/access-patterns.md, F)."""

from collections.abc import Iterable, Iterator

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import Collection, read_all
from arxos.adapters.dynamodb.repositories.base import Repository, before
from arxos.adapters.dynamodb.sorted_lists import in_order
from arxos.adapters.dynamodb.table import FloorItem, HolderItem
from arxos.domain.errors import ArxosError, Duplicate
from arxos.domain.floor import Floor
from arxos.domain.identifiers import is_id
from arxos.ports.lists import FloorFilter, Page, Slice


class DynamoFloors(Repository):
    """Access patterns F1-F5."""

    def get(self, building_id: str, floor_id: str) -> Floor:
        """F1."""
        item = self._get(FloorItem, keys.floor, building_id, floor_id, "floor")
        return mapping.floor(item)

    def list(self, building_id: str, where: FloorFilter, page: Page) -> Slice[Floor]:
        """F2. A building has at most some hundred floors: one Query, ordered here."""
        found = (
            f
            for f in self.all(building_id)
            if (where.floor_ids is None or f.id in where.floor_ids)
            and where.status in (None, f.status)
        )
        return in_order(found, where.sort, page)

    def all(self, building_id: str) -> Iterator[Floor]:
        """F2."""
        partition = keys.in_building(self._org, building_id)
        for item in read_all(Collection((partition,), keys.FLOOR)):
            yield mapping.floor(item)

    def get_some(self, building_id: str, floor_ids: Iterable[str]) -> dict[str, Floor]:
        """L2, L3, M1, M2, N1."""
        wanted = {keys.floor(self._org, building_id, i) for i in floor_ids if is_id(i, "floor")}
        with reading():
            items = FloorItem.batch_get(sorted(wanted), consistent_read=True) if wanted else ()
            return {item.id: mapping.floor(item) for item in items}

    def add(self, floor: Floor) -> None:
        """F3."""
        self._put_new(mapping.floor_item(self._org, floor), floor)
        self._hold_number(floor)
        self._count_in_building(floor, 1)

    def update(self, floor: Floor) -> None:
        """F4."""
        number = before(floor, "floor_number")
        if number != floor.floor_number:
            key = keys.floor_number(self._org, floor.building_id, number)
            self._transaction.delete(
                HolderItem(key.pk, key.sk), condition=HolderItem.holder_id == floor.id
            )
            self._hold_number(floor)
        self._set(mapping.floor_item(self._org, floor), floor)

    def remove(self, floor: Floor) -> None:
        """F5."""
        key = keys.floor_number(self._org, floor.building_id, floor.floor_number)
        self._delete(
            mapping.floor_item(self._org, floor),
            floor,
            ("rooms_count", "devices_count"),
            holder=HolderItem(key.pk, key.sk),
        )
        self._count_in_building(floor, -1)

    def _hold_number(self, floor: Floor) -> None:
        key = keys.floor_number(self._org, floor.building_id, floor.floor_number)

        def taken() -> ArxosError:
            return Duplicate(
                "floor_number", f"This building has a floor number {floor.floor_number} already."
            )

        self._transaction.put_new(HolderItem(key.pk, key.sk, holder_id=floor.id), error=taken)
