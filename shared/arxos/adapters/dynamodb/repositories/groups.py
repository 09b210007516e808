"""Groups and their members on DynamoDB (docs/access-patterns.md, G)."""

from collections.abc import Iterator, Sequence
from typing import Any

from pynamodb.expressions.condition import size

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.query import Collection, read_all, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository
from arxos.adapters.dynamodb.table import DeviceItem, GroupItem, MemberItem, RoomItem
from arxos.adapters.dynamodb.transaction import changed_meanwhile
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, kind_of_member
from arxos.ports.lists import GroupFilter, Page, Slice


class DynamoGroups(Repository):
    """Access patterns G1-G7."""

    def get(self, building_id: str, group_id: str) -> Group:
        """G1."""
        item = self._get(GroupItem, keys.group, building_id, group_id, "group")
        return mapping.group(item)

    def list(self, building_id: str, where: GroupFilter, page: Page) -> Slice[Group]:
        """G2."""
        condition: Any = None
        if where.kind is not None:
            condition = GroupItem.group_kind == where.kind
        return read_slice(self._of(building_id), page, mapping.group, where=condition)

    def all(self, building_id: str) -> Iterator[Group]:
        """G2, to its end."""
        for item in read_all(self._of(building_id)):
            yield mapping.group(item)

    def add(self, group: Group) -> None:
        """G3."""
        self._put_new(mapping.group_item(self._org, group), group)
        self._count_in_building(group, 1)

    def update(self, group: Group) -> None:
        """G4."""
        self._set(mapping.group_item(self._org, group), group)

    def remove(self, group: Group) -> None:
        """G7."""
        self._delete(mapping.group_item(self._org, group), group, ("members_count",))
        self._count_in_building(group, -1)

    def members(self, group: Group, page: Page) -> Slice[str]:
        """G5."""
        return read_slice(self._members_of(group), page, lambda item: item.record_id)

    def all_members(self, group: Group) -> Iterator[str]:
        """G5, to its end."""
        for item in read_all(self._members_of(group)):
            yield item.record_id

    def change_members(self, group: Group, *, added: Sequence[str], removed: Sequence[str]) -> None:
        """G6."""
        for record_id in added:
            self._transaction.put_new(self._member(group, record_id))
            self._mark(group, record_id, joins=True)
        for record_id in removed:
            self._transaction.delete(
                self._member(group, record_id), condition=MemberItem.pk.exists()
            )
            self._mark(group, record_id, joins=False)
        self._transaction.count(
            GroupItem,
            keys.group(self._org, group.building_id, group.id),
            "members_count",
            len(added) - len(removed),
            kind="group",
        )
        self._set(mapping.group_item(self._org, group), group)

    def _of(self, building_id: str) -> Collection:
        return Collection((keys.in_building(self._org, building_id),), keys.GROUP)

    def _members_of(self, group: Group) -> Collection:
        return Collection((keys.members(self._org, group.id),), keys.MEMBER)

    def _member(self, group: Group, record_id: str) -> MemberItem:
        return mapping.member_item(self._org, group.building_id, group.id, record_id)

    def _mark(self, group: Group, record_id: str, *, joins: bool) -> None:
        """The record's own list of its groups, by which it leaves them when it is removed."""
        type_: type[DeviceItem | RoomItem]
        if kind_of_member(record_id) == "device":
            key, type_ = keys.device(self._org, group.building_id, record_id), DeviceItem
        else:
            key, type_ = keys.room(self._org, group.building_id, record_id), RoomItem
        held: Any = type_.group_ids
        if joins:
            count: Any = size(held)  # type: ignore[no-untyped-call]
            action = held.add({group.id})
            condition = held.does_not_exist() | (count < MAX_GROUPS_OF_A_RECORD)
        else:
            action, condition = held.delete({group.id}), held.contains(group.id)
        self._transaction.change(
            type_(key.pk, key.sk), [action], condition=condition, error=changed_meanwhile
        )
