"""Prints the event that a function gets: python -m scripts.sample_event get_building.

An event of tests/events is printed as it is kept there; for every other route of the API one is
made of the example in openapi.json. Its ids are the example's; NAME=VALUE puts another in:
python -m scripts.sample_event get_building building_id=bld_…
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from arxos.domain.permissions import Role
from scripts.deployed_template import resources
from scripts.local_cloud.places import ROOT
from scripts.openapi.examples import IDS, REQUEST_ID, USER

Event = dict[str, Any]
Described = dict[str, Any]

EVENTS: Path = ROOT / "tests" / "events"
OPENAPI = ROOT / "shared" / "arxos" / "entrypoints" / "openapi.json"
# What may be replaced besides the ids.
TOKEN = "header.payload.signature"  # noqa: S105  no token: what stands where one goes
AUTHORIZER = {
    "principalId": USER.id,
    "organization_id": USER.organization_id,
    "user_id": USER.id,
    "name": USER.name,
    "role": Role.ADMIN.value,
    "grants": "[]",
}


class Unknown(Exception):
    """There is no such event, or nothing of that name in it."""


def functions() -> dict[str, str]:
    """The template's functions: logical id by the name of the use case."""
    return {
        resource["Properties"]["Handler"].partition(".")[0]: name
        for name, resource in resources().items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def sample_event(use_case: str, **replaced: str) -> Event:
    """The event of that function. Raises Unknown."""
    kept = EVENTS / f"{use_case}.json"
    text = kept.read_text() if kept.exists() else json.dumps(made_event(use_case))
    known = {**IDS, "token": TOKEN}
    for name, value in replaced.items():
        if name not in known:
            raise Unknown(f"There is no '{name}' to replace, only: {', '.join(known)}.")
        text = text.replace(known[name], value)
    event: Event = json.loads(text)
    return event


def made_event(use_case: str) -> Event:
    """What API Gateway sends for the route of that name, as openapi.json describes it."""
    document = json.loads(OPENAPI.read_text())
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("operationId") == use_case:
                return _request(method.upper(), path, operation, document)
    raise Unknown(f"No event is kept for '{use_case}', and no route has that name.")


def _request(method: str, path: str, operation: Described, document: Described) -> Event:
    shared = document["components"]["parameters"]
    parameters = [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation.get("parameters", [])
    ]
    given = {
        place: {p["name"]: p["example"] for p in parameters if p["in"] == place and p["required"]}
        for place in ("path", "query")
    }
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return proxy_event(
        method,
        path,
        path=given["path"] or None,
        query=given["query"] or None,
        body=json.dumps(content["example"]) if content else None,
        authorizer=None if operation.get("security") == [] else AUTHORIZER,
    )


def proxy_event(
    method: str,
    resource: str,
    *,
    path: dict[str, str] | None,
    query: dict[str, str] | None,
    body: str | None,
    headers: dict[str, str] | None = None,
    authorizer: dict[str, Any] | None,
) -> Event:
    """A REST API's proxy event. `authorizer` is what the authorizer told; None: nobody asked it."""
    return {
        "resource": resource,
        "path": resource.format(**(path or {})),
        "httpMethod": method,
        "headers": {"Content-Type": "application/json", "Host": "x.execute-api", **(headers or {})},
        "multiValueHeaders": {},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {
            "requestId": REQUEST_ID,
            "apiId": "a1b2c3d4e5",  # pragma: allowlist secret
            "httpMethod": method,
            "stage": "prod",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "test"},
            **({"authorizer": {**authorizer, "integrationLatency": 42}} if authorizer else {}),
        },
        "body": body,
        "isBase64Encoded": False,
    }


def text_of(event: Event) -> str:
    """An event as it is kept."""
    return json.dumps(event, indent=2) + "\n"


def replacement(text: str) -> tuple[str, str]:
    """NAME=VALUE, as a command line has it. Raises argparse.ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME=VALUE")
    return name, value


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="sample_event")
    parser.add_argument("use_case", help="the function's file, for example get_building")
    parser.add_argument("replaced", nargs="*", metavar="NAME=VALUE", type=replacement)
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(text_of(sample_event(given.use_case, **dict(given.replaced))))
    except Unknown as unknown:
        print(unknown, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
