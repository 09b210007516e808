"""Who is asking; and inviting people, finding, changing and locking them out.

All but `get_me` need their right in the whole organisation: who manages one building manages no
users, and sees none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from arxos.domain.errors import InvalidUserError, NotFound, Unauthenticated
from arxos.domain.identifiers import NewId, is_id
from arxos.domain.permissions import Permission, Role
from arxos.domain.rights import MAX_GRANTS, ORGANIZATION, Grant
from arxos.domain.user import Actor, User, email_taken
from arxos.ports.lists import BuildingFilter, Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.ports.sign_in import SignInDirectory, SignIns, TokenVerifier
from arxos.use_cases.changing import Versions, change_record


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGrant:
    """A grant as it is asked for: without a role it takes the user's."""

    role: Role | None = None
    building_id: str | None = None
    floor_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteUser:
    """What a new user needs."""

    email: str
    first_name: str
    last_name: str
    role: Role
    grants: tuple[WantedGrant, ...] = ()


def authenticate(token: str, *, verifier: TokenVerifier, directory: SignInDirectory) -> User:
    """The active user whose access token this is.

    Raises Unauthenticated for a bad token and for one that belongs to no active user, and
    ServiceUnavailable when that cannot be found out.
    """
    claims = verifier.claims(token)
    user = directory.user_of(claims["sub"])
    if user is None or not user.is_active:
        raise Unauthenticated("This sign-in has no active user in Arxos.")
    return user


def get_me(actor: Actor, *, uow: UnitOfWork) -> User:
    """The caller's own record."""
    return uow.users.get(actor.user_id)


def invite_user(
    command: InviteUser,
    *,
    uow: UnitOfWork,
    sign_ins: SignIns,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> User:
    """A new user with a sign-in. Raises Duplicate for an address that is in use.

    A sign-in without a user is what an invitation leaves that was cut off, and is taken over: so
    inviting again ends in one user. This very request again answers with the user it made.
    """
    for permission in (Permission.CREATE_USER, Permission.MANAGE_ROLES):
        actor.rights.must(permission, ORGANIZATION, kind="organization")
    user = User.invite(
        id=new_id("user"),
        organization_id=actor.organization_id,
        subject="",
        email=command.email,
        first_name=command.first_name,
        last_name=command.last_name,
        role=command.role,
        grants=_real_grants(command.grants, command.role, uow),
        at=now,
        by=actor.user_id,
    )
    if uow.users.has_email(user.email):
        if (before := uow.done_before()) != {}:
            return uow.users.get(before[0])
        raise email_taken()
    sign_in = sign_ins.create(user.email)
    user = replace(user, subject=sign_in.subject)
    with uow:
        uow.only_once(user.id)
        uow.users.add(user)
    if not sign_in.is_new:
        # Only now is it certain that the sign-in is nobody else's.
        sign_ins.invite_again(user.email)
    return replace(user, events=())


def list_users(page: Page, *, uow: UnitOfWork, actor: Actor) -> Slice[User]:
    """The organisation's people, deactivated ones too."""
    actor.rights.must(Permission.READ_USER, ORGANIZATION, kind="organization")
    return uow.users.list(page)


def get_user(user_id: str, *, uow: UnitOfWork, actor: Actor) -> User:
    """One user. Raises NotFound."""
    return _get_for(Permission.READ_USER, user_id, uow, actor)


def update_user(
    user_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> User:
    """The user with these fields changed; `grants` as WantedGrants, in place of those there are.

    Who has grants has only these: those that carry the user's role follow it when it changes.

    Raises LastAdmin, and as `change_record`.
    """

    def read() -> User:
        if changes.keys() & {"role", "grants"}:
            actor.rights.must(Permission.MANAGE_ROLES, ORGANIZATION, kind="user")
        return _get_for(Permission.UPDATE_USER, user_id, uow, actor)

    def change(user: User) -> User:
        values = dict(changes)
        role = values.get("role", user.role)
        if "grants" in values:
            values["grants"] = _real_grants(values["grants"], role, uow)
        else:
            values["grants"] = tuple(
                replace(grant, role=role) if grant.role is user.role else grant
                for grant in user.grants
            )
        return user.changed(at=now, by=actor.user_id, **values)

    return change_record(  # type: ignore[type-var]  # a user is versioned as records are
        read, change, lambda user: uow.users.update(user), uow=uow, versions=versions
    )


def deactivate_user(
    user_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    sign_ins: SignIns,
    actor: Actor,
    now: datetime,
) -> User:
    """The user locked out, tokens or not. Raises LastAdmin, and as `change_record`.

    The record is what locks; the sign-in follows. If it does not, doing this again makes it.
    """
    user: User = change_record(
        lambda: _get_for(Permission.UPDATE_USER, user_id, uow, actor),
        lambda user: user.deactivated(at=now, by=actor.user_id),
        lambda user: uow.users.update(user),
        uow=uow,
        versions=versions,
    )
    if not user.is_active:  # let in again by others since this request came first
        sign_ins.disable(user.subject)
    return user


def reactivate_user(
    user_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    sign_ins: SignIns,
    actor: Actor,
    now: datetime,
) -> User:
    """The user let in again, with role and grants as before. Raises as `change_record`."""

    def change(user: User) -> User:
        if user.is_active or not uow.done_before():
            sign_ins.enable(user.subject)
        return user.reactivated(at=now, by=actor.user_id)

    return change_record(  # type: ignore[type-var]  # a user is versioned as records are
        lambda: _get_for(Permission.UPDATE_USER, user_id, uow, actor),
        change,
        lambda user: uow.users.update(user),
        uow=uow,
        versions=versions,
    )


def _get_for(permission: Permission, user_id: str, uow: UnitOfWork, actor: Actor) -> User:
    actor.rights.must(permission, ORGANIZATION, kind="user")
    return uow.users.get(user_id)


def _real_grants(wanted: Sequence[WantedGrant], role: Role, uow: UnitOfWork) -> tuple[Grant, ...]:
    """The grants that are asked for, on places that there are. Raises InvalidUserError."""
    grants = tuple(
        Grant(role=one.role or role, building_id=one.building_id, floor_id=one.floor_id)
        for one in wanted
    )
    named = frozenset(g.building_id for g in grants if g.building_id is not None)
    buildings = _existing(named, uow)
    faults = {}
    for index, grant in enumerate(grants):
        if grant in grants[:index]:
            faults[f"grants.{index}"] = "This grant is given twice"
        elif grant.building_id is not None and grant.building_id not in buildings:
            faults[f"grants.{index}.building_id"] = "There is no such building"
        elif not _floor_exists(grant, uow):
            faults[f"grants.{index}.floor_id"] = "There is no such floor in this building"
    if faults:
        raise InvalidUserError(next(iter(faults.values())), faults)
    return grants


def _existing(building_ids: frozenset[str], uow: UnitOfWork) -> frozenset[str]:
    possible = frozenset(b for b in building_ids if is_id(b, "building"))
    if not possible:
        return possible
    found = uow.buildings.list(BuildingFilter(building_ids=possible), Page(MAX_GRANTS))
    return frozenset(building.id for building in found.items)


def _floor_exists(grant: Grant, uow: UnitOfWork) -> bool:
    if grant.building_id is None or grant.floor_id is None:
        return True
    try:
        uow.floors.get(grant.building_id, grant.floor_id)
    except NotFound:
        return False
    return True
