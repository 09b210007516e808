"""Why a user may do something, or may not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from arxos.domain.permissions import Permission
from arxos.domain.rights import ORGANIZATION, READ_OF, Grant, Place, permitting_grant
from arxos.domain.user import Actor, User, rights_of
from arxos.ports.registry import UnitOfWork

# Rooms and devices each have a floor: whoever has such a right on one floor may ask for it in the
# building, and it holds for what is on that floor.
_ON_FLOORS = frozenset(
    {p for p in Permission if p.endswith(("_room", "_device"))} | {Permission.READ_FLOOR}
)
# A list of buildings shows those that its caller may see.
_IN_BUILDINGS = frozenset({Permission.READ_BUILDING})


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
    place = _place(ids, uow, actor)
    if not user.is_active:
        return Explanation(False, permission, None, f"{user.name} is deactivated.")
    if permission is None:
        return Explanation(True, None, None, "Whoever is signed in may do this.")
    rights = rights_of(user.role, user.grants)
    for wanted in (place, *_narrower(place, permission, user)):
        grant = permitting_grant(rights.grants, permission, wanted)
        if grant is not None:
            return Explanation(True, permission, grant, _because(user, permission, grant))
    if rights.allow_anywhere(permission):
        reason = f"{user.name} has the right to {permission} elsewhere, not here."
    else:
        reason = f"No role of {user.name}'s carries {permission}."
    return Explanation(False, permission, None, reason)


def _place(ids: Mapping[str, str], uow: UnitOfWork, actor: Actor) -> Place:
    """Where the ids lead, by the records that they name. Raises NotFound."""
    building_id = ids.get("building_id")
    if building_id is None:
        return ORGANIZATION
    kind, place = "building", Place(building_id)
    if "room_id" in ids:
        kind = "room"
        place = Place(building_id, uow.rooms.get(building_id, ids["room_id"]).floor_id)
    elif "device_id" in ids:
        kind = "device"
        place = Place(building_id, uow.devices.get(building_id, ids["device_id"]).floor_id)
    elif "floor_id" in ids:
        kind = "floor"
        place = Place(building_id, uow.floors.get(building_id, ids["floor_id"]).id)
    else:
        uow.buildings.get(building_id)
    actor.rights.must(READ_OF[kind], place, kind=kind)
    return place


def _narrower(place: Place, permission: Permission, user: User) -> Iterator[Place]:
    """Places within `place` that a request leads to when it names none of them."""
    for grant in user.grants:
        of_a_list = place == ORGANIZATION and permission in _IN_BUILDINGS
        on_a_floor = place == Place(grant.building_id) and permission in _ON_FLOORS
        if of_a_list or on_a_floor:
            yield Place(grant.building_id, grant.floor_id)


def _because(user: User, permission: Permission, grant: Grant) -> str:
    role = grant.role.replace("_", " ")
    where = {
        "organization": "in the whole organisation",
        "building": f"in the building {grant.building_id}",
        "floor": f"on the floor {grant.floor_id}",
    }[grant.scope]
    return f"{user.name} is {role} {where}, which carries {permission}."
