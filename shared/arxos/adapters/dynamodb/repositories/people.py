"""Users and their organisation on DynamoDB (docs/access-patterns.md, U and O)."""

from dataclasses import replace

from arxos.adapters.dynamodb import keys, user_mapping
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository, before, get_item
from arxos.adapters.dynamodb.table import HolderItem, IdentityItem, OrganizationItem, UserItem
from arxos.domain.errors import LastAdmin, NotFound
from arxos.domain.identifiers import is_id
from arxos.domain.timestamps import from_iso, to_iso
from arxos.domain.user import Organization, User, email_taken
from arxos.ports.lists import Page, Slice


class DynamoUsers(Repository):
    """Access patterns U1-U6."""

    def get(self, user_id: str) -> User:
        """U1."""
        if not is_id(user_id, "user"):
            raise NotFound("user")
        return user_mapping.user(get_item(UserItem, keys.user(self._org, user_id), "user"))

    def list(self, page: Page) -> Slice[User]:
        """U4. By time of invitation: the ids are ULIDs."""
        return read_slice(Collection((keys.users(self._org),), keys.USER), page, user_mapping.user)

    def has_email(self, email: str) -> bool:
        """U6."""
        try:
            get_item(HolderItem, keys.user_email(self._org, email), "user")
        except NotFound:
            return False
        return True

    def add(self, user: User) -> None:
        """U2."""
        identity = keys.identity(user.subject)
        email = keys.user_email(self._org, user.email)
        self._transaction.put_new(user_mapping.user_item(user))
        self._transaction.put_new(
            IdentityItem(
                identity.pk, identity.sk, organization_id=user.organization_id, user_id=user.id
            ),
            error=email_taken,
        )
        self._transaction.put_new(
            HolderItem(email.pk, email.sk, holder_id=user.id), error=email_taken
        )
        self._count_admins(int(user.is_organization_admin))
        self._journal.write(user.events, None)

    def update(self, user: User) -> None:
        """U5."""
        item = user_mapping.user_item(user)
        item.version = user.version + 1
        self._transaction.set(
            item, except_for=frozenset(), condition=UserItem.version == user.version
        )
        was = replace(
            user, **{name: before(user, name) for name in ("role", "grants", "is_active")}
        )
        self._count_admins(user.is_organization_admin - was.is_organization_admin)
        self._journal.write(user.events, None)

    def _count_admins(self, by: int) -> None:
        key = keys.organization(self._org)
        self._transaction.count(
            OrganizationItem, key, "admins_count", max(by, 0), kind="organization"
        )
        if by < 0:
            self._transaction.change(
                OrganizationItem(key.pk, key.sk),
                [OrganizationItem.admins_count.add(by)],
                condition=OrganizationItem.admins_count > 1,
                error=LastAdmin,
            )


class DynamoOrganizations(Repository):
    """Access patterns O1-O2."""

    def get(self) -> Organization:
        """O1."""
        item = get_item(OrganizationItem, keys.organization(self._org), "organization")
        return Organization(
            id=item.id,
            name=item.name,
            admins_count=int(item.admins_count),
            created_at=from_iso(item.created_at),
        )

    def add(self, organization: Organization) -> None:
        """O2."""
        key = keys.organization(self._org)
        self._transaction.put_new(
            OrganizationItem(
                key.pk,
                key.sk,
                id=organization.id,
                name=organization.name,
                admins_count=organization.admins_count,
                created_at=to_iso(organization.created_at),
            )
        )
