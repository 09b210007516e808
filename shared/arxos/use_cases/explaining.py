"""Why a user may do something, or may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arxos.domain.errors import NotFound
from arxos.domain.permissions import Permission
from arxos.domain.rights import (
    ORGANIZATION,
    READ_OF,
    Grant,
    Place,
    permitting_grant,
    permitting_grant_anywhere,
    permitting_grant_within,
)
from arxos.domain.user import Actor, User, rights_of
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.known import Lookup


@dataclass(frozen=True, slots=True)
class Explanation:
    """`through` is the grant that allows it; None: none does, or none is needed."""

    allowed: bool
    permission: Permission | None
    through: Grant | None
    reason: str


def explain_rights(
    user_id: str,
    permission: Permission | None,
    ids: Mapping[str, str],
    *,
    public: bool,
    uow: UnitOfWork,
    actor: Actor,
) -> Explanation:
    """Whether the user may do what `permission` is for, at the place that `ids` name.

    Everybody may ask about themselves. Raises NotFound for a user or a place that the caller does
    not see.
    """
    if user_id != actor.user_id:
        actor.rights.must(Permission.READ_USER, ORGANIZATION, kind="user")
    user = uow.users.get(user_id)
    if public:
        return Explanation(True, None, None, "Anyone may do this, signed in or not.")
    places = _places(ids, uow, actor)
    if not user.is_active:
        return Explanation(False, permission, None, f"{user.name} is deactivated.")
    if permission is None:
        return Explanation(True, None, None, "Whoever is signed in may do this.")
    rights = rights_of(user.role, user.grants)
    granted = [_grant(rights.grants, permission, place, ids) for place in places]
    if (grant := granted[0]) is not None and None not in granted:
        return Explanation(True, permission, grant, _because(user, permission, grant))
    if rights.allow_anywhere(permission):
        reason = f"{user.name} has the right to {permission} elsewhere, not here."
    else:
        reason = f"No role of {user.name}'s carries {permission}."
    return Explanation(False, permission, None, reason)


def _grant(
    grants: Sequence[Grant], permission: Permission, place: Place, ids: Mapping[str, str]
) -> Grant | None:
    """The grant by which the use cases let it pass: they ask `domain/rights.py` the same."""
    if not ids and permission is Permission.READ_BUILDING:
        return permitting_grant_anywhere(grants, permission)  # lists show what their caller may see
    if ids.keys() == {"building_id"}:
        return permitting_grant_within(grants, permission, ids["building_id"])
    return permitting_grant(grants, permission, place)


def _places(ids: Mapping[str, str], uow: UnitOfWork, actor: Actor) -> tuple[Place, ...]:
    """Where the ids lead, by the records that they name: all of them. Raises NotFound."""
    building_id = ids.get("building_id")
    if "deletion_id" in ids:
        target = uow.deletions.get(ids["deletion_id"]).target
        if not target.is_visible(actor.rights):
            raise NotFound("deletion")
        return (target.place,)
    if building_id is None:
        if "user_id" in ids and actor.rights.allow(Permission.READ_USER):
            uow.users.get(ids["user_id"])
        return (ORGANIZATION,)
    if "export_id" in ids:
        scope = uow.exports.get(building_id, ids["export_id"]).scope
        if not scope.is_visible(actor.rights, building_id):
            raise NotFound("export")
        return tuple(Place(building_id, floor_id) for floor_id in scope.floor_ids or (None,))
    kind, place = _place(building_id, ids, uow)
    actor.rights.must(READ_OF[kind], place, kind=kind)
    return (place,)


def _place(building_id: str, ids: Mapping[str, str], uow: UnitOfWork) -> tuple[str, Place]:
    """The kind of record that is named in a building, and where it is. Raises NotFound."""
    if "room_id" in ids:
        return "room", Place(building_id, uow.rooms.get(building_id, ids["room_id"]).floor_id)
    if "device_id" in ids:
        return "device", Place(building_id, uow.devices.get(building_id, ids["device_id"]).floor_id)
    if "floor_id" in ids:
        return "floor", Place(building_id, uow.floors.get(building_id, ids["floor_id"]).id)
    of_the_building: dict[str, Lookup[Any]] = {
        "group": uow.groups,
        "import": uow.imports,
        "check": uow.checks,
    }
    for kind, repository in of_the_building.items():
        if f"{kind}_id" in ids:
            repository.get(building_id, ids[f"{kind}_id"])
            return kind, Place(building_id)
    uow.buildings.get(building_id)
    return "building", Place(building_id)


def _because(user: User, permission: Permission, grant: Grant) -> str:
    role = grant.role.replace("_", " ")
    where = {
        "organization": "in the whole organisation",
        "building": f"in the building {grant.building_id}",
        "floor": f"on the floor {grant.floor_id}",
    }[grant.scope]
    return f"{user.name} is {role} {where}, which carries {permission}."
