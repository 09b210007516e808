"""From a Cognito subject to the user's record (access patterns U1 and U3)."""

from arxos.adapters.dynamodb import keys, user_mapping
from arxos.adapters.dynamodb.repositories.base import get_item
from arxos.adapters.dynamodb.table import IdentityItem, UserItem
from arxos.domain.errors import NotFound
from arxos.domain.user import User


class DynamoSignInDirectory:
    """See `arxos.ports.sign_in.SignInDirectory`."""

    def user_of(self, subject: str) -> User | None:
        try:
            identity = get_item(IdentityItem, keys.identity(subject), "identity")
            key = keys.user(identity.organization_id, identity.user_id)
            return user_mapping.user(get_item(UserItem, key, "user"))
        except NotFound:
            return None
