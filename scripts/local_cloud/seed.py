"""The people of the local cloud: two organisations, to see that one never sees the other."""

import base64
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from arxos.domain.permissions import Role
from arxos.use_cases.organizations import Member
from scripts.create_organization import record_member
from scripts.local_cloud.deployment import Cloud
from scripts.local_cloud.places import LocalCloudError, Places


@dataclass(frozen=True)
class Person:
    email: str
    role: str
    organization: str
    organization_name: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Tokens:
    id_token: str
    access_token: str


ACME = ("acme", "Acme Facilities")
BEACON = ("beacon", "Beacon Estates")

PEOPLE = (
    Person("admin@acme.example", "admin", *ACME, "Ada", "Okafor"),
    Person("manager@acme.example", "facility_manager", *ACME, "Marta", "Jansen"),
    Person("engineer@acme.example", "engineer", *ACME, "Emil", "Haddad"),
    Person("contractor@acme.example", "contractor", *ACME, "Cleo", "Brandt"),
    Person("viewer@acme.example", "viewer", *ACME, "Vito", "Larsen"),
    Person("admin@beacon.example", "admin", *BEACON, "Bea", "Moreau"),
)


def seed_people(places: Places, cloud: Cloud) -> list[tuple[Person, str, Tokens]]:
    """See that everybody can sign in and is in the registry; answer with passwords and tokens."""
    known = passwords(places)
    return [(one, known[one.email], seed_user(cloud, one, known[one.email])) for one in PEOPLE]


def seed_user(cloud: Cloud, person: Person, password: str) -> Tokens:
    """Put one person in the user pool, and in the registry under the pool's name for them.

    Both leave alone who is there already, so an interrupted start is simply started again.
    """
    tokens = sign_in(cloud, person.email, password)
    if tokens is None:
        put_in_user_pool(cloud, person, password)
        tokens = must_sign_in(cloud, person.email, password)
    put_in_registry(cloud, person, subject_of(tokens))
    return tokens


def put_in_registry(cloud: Cloud, person: Person, subject: str) -> None:
    """Record a person of the pool, and their organisation if it is new."""
    os.environ.update(cloud.environment)
    member = Member(
        subject=subject,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        role=Role(person.role),
    )
    record_member(person.organization_name, member)


def put_in_user_pool(cloud: Cloud, person: Person, password: str) -> None:
    client = cloud.server.session.client("cognito-idp", endpoint_url=cloud.server.endpoint_url)
    pool = cloud.outputs["UserPoolId"]
    with suppress(client.exceptions.UsernameExistsException):
        client.admin_create_user(
            UserPoolId=pool,
            Username=person.email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": person.email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "given_name", "Value": person.first_name},
                {"Name": "family_name", "Value": person.last_name},
            ],
        )
    client.admin_set_user_password(
        UserPoolId=pool, Username=person.email, Password=password, Permanent=True
    )


def subject_of(tokens: Tokens) -> str:
    """The `sub` claim: the pool's own name for a person."""
    payload = tokens.access_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])


def sign_in(cloud: Cloud, email: str, password: str) -> Tokens | None:
    """Fresh tokens, or None if the pool does not know this person with this password."""
    client = cloud.server.session.client("cognito-idp", endpoint_url=cloud.server.endpoint_url)
    try:
        answer = client.initiate_auth(
            ClientId=cloud.outputs["UserPoolClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except (client.exceptions.NotAuthorizedException, client.exceptions.UserNotFoundException):
        return None
    result = answer["AuthenticationResult"]
    return Tokens(result["IdToken"], result["AccessToken"])


def must_sign_in(cloud: Cloud, email: str, password: str) -> Tokens:
    tokens = sign_in(cloud, email, password)
    if tokens is None:
        raise LocalCloudError(f"{email} cannot sign in to the local cloud.")
    return tokens


def passwords(places: Places) -> dict[str, str]:
    """Made once for each instance, so that they survive with the users they belong to."""
    known: dict[str, str] = {}
    if places.passwords.exists():
        known = json.loads(places.passwords.read_text())
    for person in PEOPLE:
        known.setdefault(person.email, f"Local-{secrets.token_hex(6)}-1")
    write_privately(places.passwords, known)
    return known


def write_privately(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(json.dumps(content, indent=2) + "\n")
