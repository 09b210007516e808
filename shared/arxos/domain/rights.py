"""Who may do what where: one function decides (`permitting_grant`), everything calls it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from arxos.domain.errors import Forbidden, InvalidUserError, NotFound
from arxos.domain.permissions import Permission, Role, may

MAX_GRANTS = 50

# What a grant on one floor shows of the building around it: its own record, to be found by.
_OF_THE_BUILDING_FOR_A_FLOOR = frozenset({Permission.READ_BUILDING})

# What may be asked for in a building, naming nothing in it, by whoever has the right on one of its
# floors: what is answered, made or exported is what lies there. Groups are on no floor, so their
# list is empty then.
_OF_FLOORS_OF_THE_BUILDING = frozenset(
    {p for p in Permission if p.endswith(("_room", "_device"))}
    | {Permission.READ_FLOOR, Permission.READ_GROUP, Permission.EXPORT_DATA}
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a right is asked for: the organisation, one building of it, or one floor of that.

    Rooms, devices and their history are on their floor; groups, imports and exports belong to
    their building.
    """

    building_id: str | None = None
    floor_id: str | None = None


ORGANIZATION = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role on the whole organisation, on one building, or on one floor of a building."""

    role: Role
    building_id: str | None = None
    floor_id: str | None = None

    def __post_init__(self) -> None:
        if self.floor_id is not None and self.building_id is None:
            fault = "A grant on a floor names the floor's building too"
            raise InvalidUserError(fault, {"grants": fault})

    @property
    def is_organization_admin(self) -> bool:
        """Whether it lets its user manage the organisation's users."""
        return self.role is Role.ADMIN and self.building_id is None

    @property
    def scope(self) -> str:
        """`organization`, `building` or `floor`."""
        if self.floor_id is not None:
            return "floor"
        return "organization" if self.building_id is None else "building"


def permitting_grant(grants: Iterable[Grant], permission: Permission, place: Place) -> Grant | None:
    """The first grant that allows `permission` at `place`; None: it is not allowed."""
    for grant in grants:
        if may(grant.role, permission) and _covers(grant, permission, place):
            return grant
    return None


def permitting_grant_within(
    grants: Iterable[Grant], permission: Permission, building_id: str
) -> Grant | None:
    """The first grant that allows it in the building, or of what lies on one of its floors."""
    held = tuple(grants)
    grant = permitting_grant(held, permission, Place(building_id))
    if grant is not None or permission not in _OF_FLOORS_OF_THE_BUILDING:
        return grant
    of_floors = (g for g in held if g.building_id == building_id and may(g.role, permission))
    return next(of_floors, None)


def permitting_grant_anywhere(grants: Iterable[Grant], permission: Permission) -> Grant | None:
    """The first grant that carries the permission at all, wherever it holds."""
    return next((grant for grant in grants if may(grant.role, permission)), None)


def _covers(grant: Grant, permission: Permission, place: Place) -> bool:
    if grant.building_id is None:
        return True
    if grant.building_id != place.building_id:
        return False
    if grant.floor_id is None or grant.floor_id == place.floor_id:
        return True
    return place.floor_id is None and permission in _OF_THE_BUILDING_FOR_A_FLOOR


@dataclass(frozen=True, slots=True)
class Rights:
    """All grants of one user."""

    grants: tuple[Grant, ...]

    def allow(self, permission: Permission, place: Place = ORGANIZATION) -> bool:
        """Whether some grant allows it there."""
        return permitting_grant(self.grants, permission, place) is not None

    def allow_anywhere(self, permission: Permission) -> bool:
        """Whether some grant carries the permission at all, wherever it holds."""
        return permitting_grant_anywhere(self.grants, permission) is not None

    def must(self, permission: Permission, place: Place, *, kind: str) -> None:
        """Raises Forbidden, or NotFound for what the user may not even read.

        `kind` is what was asked for ("room"): what is hidden answers as what does not exist.
        """
        if not self.allow(permission, place):
            self._refuse(permission, place, kind)

    def must_within(self, permission: Permission, building_id: str) -> None:
        """As `must`, for what names a building alone: a right on one of its floors may do."""
        if permitting_grant_within(self.grants, permission, building_id) is None:
            self._refuse(permission, Place(building_id), "building")

    def _refuse(self, permission: Permission, place: Place, kind: str) -> NoReturn:
        if kind != "organization" and not self.allow(READ_OF[kind], place):
            raise NotFound(kind)
        raise Forbidden(f"You may not do this here ({permission}).")

    def buildings(self, permission: Permission) -> frozenset[str] | None:
        """The buildings in which the permission holds, wholly or on a floor; None: all."""
        held = [grant for grant in self.grants if may(grant.role, permission)]
        if any(grant.building_id is None for grant in held):
            return None
        return frozenset(grant.building_id for grant in held if grant.building_id is not None)

    def floors(self, permission: Permission, building_id: str) -> frozenset[str] | None:
        """The floors of a building on which the permission holds; None: the whole building."""
        if self.allow(permission, Place(building_id)) and (
            permission not in _OF_THE_BUILDING_FOR_A_FLOOR
        ):
            return None
        return frozenset(
            grant.floor_id
            for grant in self.grants
            if grant.building_id == building_id and grant.floor_id and may(grant.role, permission)
        )


READ_OF = {
    "building": Permission.READ_BUILDING,
    "check": Permission.READ_IMPORT,
    "deletion": Permission.READ_BUILDING,
    "device": Permission.READ_DEVICE,
    "export": Permission.READ_BUILDING,
    "floor": Permission.READ_FLOOR,
    "group": Permission.READ_GROUP,
    "import": Permission.READ_IMPORT,
    "room": Permission.READ_ROOM,
    "user": Permission.READ_USER,
}
