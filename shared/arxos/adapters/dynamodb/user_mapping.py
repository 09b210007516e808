"""Users, with what they may do, as items and back."""

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import UserItem
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.timestamps import from_iso, to_iso
from arxos.domain.user import User


def user_item(user: User) -> UserItem:
    key = keys.user(user.organization_id, user.id)
    return UserItem(
        key.pk,
        key.sk,
        id=user.id,
        organization_id=user.organization_id,
        subject=user.subject,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        role=user.role.value,
        grants=[[g.role.value, g.building_id, g.floor_id] for g in user.grants] or None,
        is_active=user.is_active,
        version=user.version,
        created_at=to_iso(user.created_at),
        updated_at=to_iso(user.updated_at),
    )


def user(item: UserItem) -> User:
    return User(
        id=item.id,
        organization_id=item.organization_id,
        subject=item.subject,
        email=item.email,
        first_name=item.first_name,
        last_name=item.last_name,
        role=Role(item.role),
        grants=tuple(
            Grant(role=Role(role), building_id=building_id, floor_id=floor_id)
            for role, building_id, floor_id in item.grants or ()
        ),
        is_active=item.is_active,
        version=int(item.version),
        created_at=from_iso(item.created_at),
        updated_at=from_iso(item.updated_at),
    )
