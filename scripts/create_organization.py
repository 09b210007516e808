"""Gives a deployment an organisation and its first administrator.

Reads TABLE_NAME, USER_POOL_ID and AWS_REGION from the environment (the stack's outputs). Cognito
sends the administrator an invitation with a temporary password. May be run again: what is there
already stays as it is.
"""

import argparse
import os
import sys

from arxos import bootstrap
from arxos.domain.errors import ArxosError
from arxos.domain.identifiers import derived_id
from arxos.domain.permissions import Role
from arxos.domain.user import Actor, User
from arxos.use_cases.organizations import Member, ensure_member


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
    try:
        member = Member(
            subject=bootstrap.sign_ins().create(given.admin_email).subject,
            email=given.admin_email,
            first_name=given.first_name,
            last_name=given.last_name,
            role=Role.ADMIN,
        )
        user = record_member(given.name, member)
    except ArxosError as refused:
        print(refused.message, file=sys.stderr)
        return 1
    print(f"{user.email} is {user.role} of {given.name} ({user.organization_id}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
