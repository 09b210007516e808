"""Deletions of whole trees on DynamoDB (docs/access-patterns.md, X)."""

from typing import Any

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository, get_item
from arxos.adapters.dynamodb.table import (
    BuildingItem,
    DeletionItem,
    FloorItem,
    RoomItem,
    TallyItem,
)
from arxos.adapters.dynamodb.transaction import changed_meanwhile
from arxos.domain.building import Building
from arxos.domain.deletion import Deletion
from arxos.domain.errors import NotFound
from arxos.domain.floor import Floor
from arxos.domain.identifiers import is_id
from arxos.domain.room import Room
from arxos.ports.lists import Page


class DynamoDeletions(Repository):
    """Access patterns X1-X4."""

    def get(self, deletion_id: str) -> Deletion:
        """X1."""
        if not is_id(deletion_id, "deletion"):
            raise NotFound("deletion")
        key = keys.deletion(self._org, deletion_id)
        return job_mapping.deletion(get_item(DeletionItem, key, "deletion"))

    def begin(self, deletion: Deletion, target: Building | Floor | Room) -> None:
        """X2."""
        type_, key = self._item_of(target)
        self._transaction.change(
            type_(key.pk, key.sk),
            [type_.deletion_id.set(deletion.id)],
            condition=(type_.version == target.version) & type_.deletion_id.does_not_exist(),
            error=changed_meanwhile,
        )
        self._transaction.put_new(job_mapping.deletion_item(self._org, deletion))
        self._journal.write(deletion.events, deletion.target.building_id, target.version)

    def save(self, deletion: Deletion) -> None:
        """X3."""
        item = job_mapping.deletion_item(self._org, deletion.stored())
        self._transaction.set(
            item, except_for=frozenset(), condition=DeletionItem.version == deletion.version
        )

    def clear_remains(self, building_id: str, most: int) -> int:
        """X4. Whatever lies in a building's partition once its floors, rooms, devices and groups
        are gone: imports today. Its kept numbers go with the building itself.

        A new kind of item in that partition needs nothing here, unless it has items elsewhere.
        """
        collection = Collection((keys.in_building(self._org, building_id),), "")
        found = read_slice(collection, Page(most), lambda item: item)
        remains = [item for item in found.items if not isinstance(item, TallyItem)]
        for item in remains:
            self._transaction.delete(item)
        return len(remains)

    def _item_of(self, target: Building | Floor | Room) -> tuple[Any, keys.Key]:
        if isinstance(target, Building):
            return BuildingItem, keys.building(self._org, target.id)
        if isinstance(target, Floor):
            return FloorItem, keys.floor(self._org, target.building_id, target.id)
        return RoomItem, keys.room(self._org, target.building_id, target.id)
