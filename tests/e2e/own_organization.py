"""An organisation of a test's own, whose users it may lock out and whose buildings it may delete.

A program, because it works with the environment of a function: outputs.json comes in, the access
token of the organisation's only administrator goes out.
"""

import json
import secrets
import subprocess
import sys
from typing import Any
from uuid import uuid4

from scripts.local_cloud.deployment import Cloud
from scripts.local_cloud.places import ROOT
from scripts.local_cloud.seed import Person, seed_user
from scripts.local_cloud.server import Server


def administrator_of_a_new_organization(outputs: dict[str, Any]) -> str:
    """Her access token."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.own_organization"],
        cwd=ROOT,
        input=json.dumps(outputs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def main() -> None:
    outputs = json.load(sys.stdin)
    port = int(outputs["endpoint_url"].rpartition(":")[2])
    names = {
        "TableName": outputs["table_name"],
        "UploadsBucket": outputs["uploads_bucket"],
        "UserPoolId": outputs["user_pool_id"],
        "UserPoolClientId": outputs["client_id"],
    }
    name = f"conformance-{uuid4().hex[:8]}"
    person = Person(f"admin@{name}.example", "admin", name, f"Firm {name}", "Cora", "Formann")
    tokens = seed_user(Cloud(Server(0, port), names), person, f"Own-{secrets.token_hex(6)}-1")
    print(tokens.access_token)  # noqa: T201  it is what this program is for


if __name__ == "__main__":
    main()
