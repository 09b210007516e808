"""Gives a deployment an organisation and its first administrator.

Reads TABLE_NAME, USER_POOL_ID and AWS_REGION from the environment (the stack's outputs). Cognito
sends the administrator an invitation with a temporary password. May be run again: what is there
already stays as it is.
"""

import argparse
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import boto3

from arxos import bootstrap
from arxos.domain.errors import ArxosError
from arxos.domain.identifiers import derived_id
from arxos.domain.permissions import Role
from arxos.domain.user import Actor, User
from arxos.use_cases.organizations import Member, ensure_member

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


def record_member(organization_name: str, member: Member) -> User:
    """Put a person of the user pool, and their organisation, into the registry."""
    organization_id = derived_id("organization", organization_name)
    operator = Actor(
        organization_id=organization_id,
        user_id="operator",
        name="Operator",
        role=Role.ADMIN,
        request_id="create_organization",
    )
    return ensure_member(
        organization_id,
        organization_name,
        member,
        uow=bootstrap.unit_of_work(operator),
        directory=bootstrap.sign_in_directory(),
        new_id=bootstrap.new_id,
        now=bootstrap.now(),
    )


def subject_of(client: "CognitoIdentityProviderClient", pool: str, email: str) -> str:
    """The `sub` of a person of the pool, invited now if the pool does not know them."""
    with suppress(client.exceptions.UsernameExistsException):
        client.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
    found = client.admin_get_user(UserPoolId=pool, Username=email)
    return next(a["Value"] for a in found["UserAttributes"] if a["Name"] == "sub")


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="create_organization")
    parser.add_argument("--name", required=True, help="the organisation's name")
    parser.add_argument("--admin-email", required=True)
    parser.add_argument("--first-name", required=True)
    parser.add_argument("--last-name", required=True)
    given = parser.parse_args(arguments)
    missing = [n for n in ("TABLE_NAME", "USER_POOL_ID", "AWS_REGION") if n not in os.environ]
    if missing:
        print(f"Set {', '.join(missing)} first: the stack's outputs have them.", file=sys.stderr)
        return 2
    client = boto3.client("cognito-idp", region_name=os.environ["AWS_REGION"])
    subject = subject_of(client, os.environ["USER_POOL_ID"], given.admin_email)
    member = Member(
        subject=subject,
        email=given.admin_email,
        first_name=given.first_name,
        last_name=given.last_name,
        role=Role.ADMIN,
    )
    try:
        user = record_member(given.name, member)
    except ArxosError as refused:
        print(refused.message, file=sys.stderr)
        return 1
    print(f"{user.email} is {user.role} of {given.name} ({user.organization_id}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
