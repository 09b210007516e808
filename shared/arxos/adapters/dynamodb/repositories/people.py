"""Users and their organisation on DynamoDB (docs/access-patterns.md, U and O)."""

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.repositories.base import Repository, get_item
from arxos.adapters.dynamodb.table import IdentityItem, OrganizationItem, UserItem
from arxos.domain.errors import Duplicate, NotFound
from arxos.domain.identifiers import is_id
from arxos.domain.timestamps import from_iso, to_iso
from arxos.domain.user import Organization, User


class DynamoUsers(Repository):
    """Access patterns U1-U3."""

    def get(self, user_id: str) -> User:
        """U1."""
        if not is_id(user_id, "user"):
            raise NotFound("user")
        return mapping.user(get_item(UserItem, keys.user(self._org, user_id), "user"))

    def add(self, user: User) -> None:
        """U2."""
        identity = keys.identity(user.subject)
        self._transaction.put_new(mapping.user_item(user))
        self._transaction.put_new(
            IdentityItem(
                identity.pk, identity.sk, organization_id=user.organization_id, user_id=user.id
            ),
            error=lambda: Duplicate("user", "This sign-in belongs to a user already."),
        )
        self._journal.write(user.events, None)


class DynamoOrganizations(Repository):
    """Access patterns O1-O2."""

    def get(self) -> Organization:
        """O1."""
        item = get_item(OrganizationItem, keys.organization(self._org), "organization")
        return Organization(id=item.id, name=item.name, created_at=from_iso(item.created_at))

    def add(self, organization: Organization) -> None:
        """O2."""
        key = keys.organization(self._org)
        self._transaction.put_new(
            OrganizationItem(
                key.pk,
                key.sk,
                id=organization.id,
                name=organization.name,
                created_at=to_iso(organization.created_at),
            )
        )
