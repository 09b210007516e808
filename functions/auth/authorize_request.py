"""API Gateway's authorizer: who is calling, from the access token and the user's record."""

from arxos.bootstrap import sign_in_directory, token_verifier
from arxos.domain.user import User
from arxos.entrypoints.authorizer import authorizer_handler
from arxos.use_cases.users import authenticate


@authorizer_handler
def handler(token: str) -> User:
    return authenticate(token, verifier=token_verifier(), directory=sign_in_directory())
