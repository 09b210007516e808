"""Users, organisations, and what tells who somebody is."""

from dataclasses import replace
from typing import Any, Self

from arxos.domain.errors import (
    LastAdmin,
    ServiceUnavailable,
    Unauthenticated,
)
from arxos.domain.sensitive import Sealed, Secret
from arxos.domain.text_rules import folded
from arxos.domain.user import Organization, User, email_taken
from arxos.ports.lists import (
    Page,
    Slice,
)
from arxos.ports.sign_in import SignIn
from arxos.ports.vault import BrokenSeal
from tests.fakes.store import Key, Repository, conflict, page_of
from tests.make import ORG


class FakeUsers(Repository):
    def get(self, user_id: str) -> User:
        return self._get("user", user_id)  # type: ignore[no-any-return]

    def list(self, page: Page) -> Slice[User]:
        return page_of(self._of("user"), page)

    def has_email(self, email: str) -> bool:
        return (self._org, "email", folded(email)) in self._table.items

    def add(self, user: User) -> None:
        self._draft.put_new((self._org, "user", user.id), replace(user, events=()), conflict)
        self._draft.put_new(("identity", user.subject), user.id, email_taken)
        self._draft.put_new((self._org, "email", folded(user.email)), user.id, email_taken)
        self._count_admins(int(user.is_organization_admin))
        self._draft.events += user.events

    def update(self, user: User) -> None:
        key = (self._org, "user", user.id)
        self._draft.update(key, user)
        was: User = self._table.items[key]
        self._count_admins(user.is_organization_admin - was.is_organization_admin)
        self._draft.events += user.events

    def _count_admins(self, by: int) -> None:
        key = (self._org, "organization")

        def step(items: dict[Key, Any]) -> None:
            if items[key].admins_count + by < 1:
                raise LastAdmin
            items[key] = replace(items[key], admins_count=items[key].admins_count + by)

        if by < 0:
            self._draft.steps.append(step)
        elif by > 0:
            self._draft.count(key, "admins_count", by, "organization")


class FakeOrganizations(Repository):
    def get(self) -> Organization:
        return self._get("organization")  # type: ignore[no-any-return]

    def add(self, organization: Organization) -> None:
        self._draft.put_new((self._org, "organization"), organization, conflict)


class FakeTokens:
    """Knows the tokens it was given, by their subject."""

    def __init__(self, **subjects: str) -> None:
        self.subjects = subjects
        self.keys_are_there = True

    def claims(self, token: str) -> dict[str, Any]:
        if not self.keys_are_there:
            raise ServiceUnavailable("no keys")
        if token not in self.subjects:
            raise Unauthenticated("bad token")
        return {"sub": self.subjects[token]}


class FakeSignIns:
    """The sign-ins by address. `mails` are the invitations, in the order they were sent."""

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.mails: list[str] = []
        self.is_there = True

    def create(self, email: str) -> SignIn:
        self._ask()
        if (known := self.subjects.get(email.lower())) is not None:
            return SignIn(known, is_new=False)
        self.mails.append(email)
        subject = self.subjects[email.lower()] = f"subject-of-{email.lower()}"
        return SignIn(subject, is_new=True)

    def invite_again(self, email: str) -> None:
        self._ask()
        self.mails.append(email)

    def disable(self, subject: str) -> None:
        self._ask()
        self.disabled.add(subject)

    def enable(self, subject: str) -> None:
        self._ask()
        self.disabled.discard(subject)

    def _ask(self) -> None:
        if not self.is_there:
            raise ServiceUnavailable("no answer")


class FakeDirectory:
    def __init__(self, *users: User) -> None:
        self.users = {user.subject: user for user in users}

    def user_of(self, subject: str) -> User | None:
        return self.users.get(subject)


class FakeVault:
    """Gives a number for a text, and the text for its number in its own place only."""

    def __init__(self, organization_id: str = ORG) -> None:
        self._organization_id = organization_id
        self._sealed: dict[str, tuple[tuple[str, str, str], str]] = {}

    def seal(self, secret: Secret, *, record_id: str, name: str) -> Sealed:
        number = f"sealed-{len(self._sealed)}"
        self._sealed[number] = ((self._organization_id, record_id, name), secret.text)
        return Sealed(number)

    def open(self, sealed: Sealed, *, record_id: str, name: str) -> Secret:
        place, text = self._sealed[sealed.ciphertext]
        if place != (self._organization_id, record_id, name):
            raise BrokenSeal
        return Secret(text)

    def of(self, organization_id: str) -> Self:
        """The vault of another organisation, behind the same key."""
        other = type(self)(organization_id)
        other._sealed = self._sealed
        return other
