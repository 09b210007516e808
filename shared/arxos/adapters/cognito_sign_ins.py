"""The sign-ins of Arxos' people in a Cognito user pool."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import Conflict, InvalidUserError, ServiceUnavailable
from arxos.ports.sign_in import SignIn

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

# After botocore's own retries are used up.
_BUSY = frozenset(
    {
        "CodeDeliveryFailureException",
        "InternalErrorException",
        "LimitExceededException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class CognitoSignIns:
    """See `arxos.ports.sign_in.SignIns`. A subject is the `sub` that Cognito gives a person.

    Names and roles stay in the registry: the pool knows an address and a password.
    """

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id

    def create(self, email: str) -> SignIn:
        with _asking():
            try:
                made = self._client.admin_create_user(
                    UserPoolId=self._pool_id,
                    Username=email,
                    UserAttributes=[
                        {"Name": "email", "Value": email},
                        {"Name": "email_verified", "Value": "true"},
                    ],
                    # Cognito would send a text message.
                    DesiredDeliveryMediums=["EMAIL"],
                )
            except self._client.exceptions.UsernameExistsException:
                found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=email)
                return SignIn(_subject(found["UserAttributes"]), is_new=False)
            except self._client.exceptions.InvalidParameterException:
                fault = "No invitation can be sent to this address"
                raise InvalidUserError(fault, {"email": fault}) from None
        return SignIn(_subject(made["User"]["Attributes"]), is_new=True)

    def invite_again(self, email: str) -> None:
        # Who has a password of their own needs no invitation.
        with _asking(), suppress(self._client.exceptions.UnsupportedUserStateException):
            self._client.admin_create_user(
                UserPoolId=self._pool_id,
                Username=email,
                MessageAction="RESEND",
                DesiredDeliveryMediums=["EMAIL"],
            )

    def disable(self, subject: str) -> None:
        # A sign-in that an operator has deleted is as good as disabled.
        with _asking(), suppress(self._client.exceptions.UserNotFoundException):
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=subject)
            self._client.admin_disable_user(UserPoolId=self._pool_id, Username=subject)

    def enable(self, subject: str) -> None:
        with _asking():
            try:
                self._client.admin_enable_user(UserPoolId=self._pool_id, Username=subject)
            except self._client.exceptions.UserNotFoundException:
                raise Conflict("The sign-in of this user was deleted from the user pool.") from None


def _subject(attributes: "list[AttributeTypeTypeDef]") -> str:
    return next(a["Value"] for a in attributes if a["Name"] == "sub")


@contextmanager
def _asking() -> Iterator[None]:
    """Turns a call that was throttled or not answered into ServiceUnavailable."""
    unavailable = ServiceUnavailable("The sign-in service does not answer; try again later.")
    try:
        yield
    except ClientError as refused:
        if refused.response["Error"]["Code"] in _BUSY:
            raise unavailable from refused
        raise
    except BotoCoreError as silent:
        raise unavailable from silent
