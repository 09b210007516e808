"""API Gateway's authorizer events to the sign-in use case and back."""

import json
from collections.abc import Callable
from typing import Any

from arxos.domain.errors import Unauthenticated
from arxos.domain.user import User
from arxos.entrypoints.observation import observed

Event = dict[str, Any]


def authorizer_handler(
    authenticate: Callable[[str], User],
) -> Callable[[Event, Any], Event]:
    """Make a Lambda authorizer (TOKEN) of a function from an access token to its user.

    API Gateway answers 401 only to an error that says exactly "Unauthorized"; every other error
    is AUTHORIZER_FAILURE, which template.yaml turns into a 503.
    """

    def lambda_handler(event: Event, context: Any) -> Event:
        scheme, _, token = str(event.get("authorizationToken") or "").partition(" ")
        user = None
        with observed("authorize_request", context.aws_request_id, message="sign-in") as seen:
            try:
                if scheme.lower() != "bearer":
                    raise Unauthenticated("The scheme is not Bearer.")
                user = authenticate(token.strip())
                seen.organization_id = user.organization_id
            except Unauthenticated as refused:
                seen.code, seen.told["reason"] = refused.code, refused.message
        if user is None:
            raise Exception("Unauthorized")
        return {
            "principalId": user.id,
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "execute-api:Invoke",
                        # The answer is cached by token for all routes, so it names them all.
                        "Resource": _all_routes(event["methodArn"]),
                    }
                ],
            },
            "context": {
                "organization_id": user.organization_id,
                "user_id": user.id,
                "name": user.name,
                "role": user.role.value,
                # The context's values are texts and numbers only.
                "grants": json.dumps(
                    [[g.role.value, g.building_id, g.floor_id] for g in user.grants],
                    separators=(",", ":"),
                ),
            },
        }

    return lambda_handler


def _all_routes(method_arn: str) -> str:
    """`arn:aws:execute-api:region:account:api/stage/*` of `…/stage/GET/api/v1/…`."""
    api, stage = method_arn.split("/")[:2]
    return f"{api}/{stage}/*"
