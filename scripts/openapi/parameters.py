"""The parameters and headers of requests: those that many share, and each operation's own."""

import re

from arxos.domain.identifiers import PREFIXES
from arxos.domain.table_templates import TableKind
from arxos.entrypoints.http import DEFAULT_LIMIT, MAX_IDEMPOTENCY_KEY, MAX_LIMIT
from arxos.entrypoints.schemas.fields import id_pattern
from scripts.openapi.examples import IDS, VALUES
from scripts.openapi.handlers import Json, Operation

PARAMETERS = {
    "status": "Only those of this status.",
    "q": "Words that the name begins with, case and accents aside.",
    "sort": "The order; `-` turns it round.",
    "floor_id": "Only those on this floor.",
    "room_id": "Only those in this room.",
    "room_type": "Only those of this type.",
    "device_type": "Only those of this type.",
    "group_id": "Only those of this group.",
    "kind": "Only those of this kind.",
    "path": "The path of a request, for example `/api/v1/buildings/bld_…`.",
    "verb": "The HTTP verb of that request.",
    "cascade": "Also remove all that is in it.",
    "severity": "Only errors, or only warnings.",
    "format": "As a file: answered with 303 and where it is.",
    "atomic": (
        "All or none: at most 50 operations, which write at most 100 items in all. A device is"
        " one item, and one more for each further room that it enters, leaves or is renamed in; a"
        " room is one, two when it is new or removed, three when it is renumbered; a group that a"
        " removed record leaves is two. Each floor and room whose counts change is one, and the"
        " whole up to five. For more the answer is 422 and says how many of the first would fit."
    ),
    "devices": "With the first devices of each room.",
    "as_of": "The record as it was at this time.",
    "done": "What the user did, or what was done to the user: who changed their role or name.",
    "user_id": "Only what this user did.",
    "import_id": "Only what this import did.",
}


REQUEST_HEADERS: dict[str, Json] = {
    "If-Match": {
        "description": "The ETag of the version that is to be changed; another answers 412.",
        "schema": {"type": "string"},
        "example": '"1-5f2c0a4be1d74c0f9a6b3d8e7c1f2a90"',
    },
    "If-None-Match": {
        "description": "The ETag of what the client has; 304 when it is still that.",
        "schema": {"type": "string"},
        "example": '"1-5f2c0a4be1d74c0f9a6b3d8e7c1f2a90"',
    },
    "Idempotency-Key": {
        "description": (
            "Any text of the client's own: the same request with the same key again has no second"
            " effect and gets the first answer, for 24 hours; another body or query with it is 422."
            " Where the first was cut off, its repetition tells of what it did as it is now, and"
            " does what is left."
        ),
        "schema": {"type": "string", "maxLength": MAX_IDEMPOTENCY_KEY},
        "example": "2026-11-22-north-tower",
    },
}


def parameters_of(operation: Operation) -> list[Json]:
    """Of path, query and headers."""
    found: list[Json] = []
    for name in re.findall(r"\{(\w+)\}", operation.route.path):
        found.append(_shared_parameter(name))
    for name, schema in operation.query.items():
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in operation.required_query,
                "description": PARAMETERS.get(name, name.replace("_", " ").capitalize() + "."),
                "schema": schema,
                "example": schema["enum"][0] if "enum" in schema else VALUES.get(name, "text"),
            }
        )
    if operation.paged:
        found += [_shared_parameter("limit"), _shared_parameter("cursor")]
    if operation.keeps_answers:
        found.append(_shared_parameter("Idempotency-Key"))
    if operation.if_match:
        found.append(_shared_parameter("If-Match"))
    if revalidates(operation):
        found.append(_shared_parameter("If-None-Match"))
    return found


def _shared_parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def shared_parameters() -> dict[str, Json]:
    """Those that operations refer to, by name."""
    ids = {
        f"{kind}_id": {
            "name": f"{kind}_id",
            "in": "path",
            "required": True,
            "description": f"The id of the {kind}.",
            "schema": {"type": "string", "pattern": id_pattern(kind)},
            "example": IDS[f"{kind}_id"],
        }
        for kind in sorted(PREFIXES)
        if kind != "organization"
    }
    headers = {
        name: {"name": name, "in": "header", "required": False, **header}
        for name, header in REQUEST_HEADERS.items()
    }
    paging = {
        "limit": {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "How many at most.",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_LIMIT,
                "default": DEFAULT_LIMIT,
            },
            "example": DEFAULT_LIMIT,
        },
        "cursor": {
            "name": "cursor",
            "in": "query",
            "required": False,
            "description": "The `next_cursor` of the same list's part before; opaque.",
            "schema": {"type": "string"},
        },
    }
    tables = {
        "kind": {
            "name": "kind",
            "in": "path",
            "required": True,
            "description": "What the rows of the table are.",
            "schema": {"type": "string", "enum": [str(kind) for kind in TableKind]},
            "example": str(TableKind.ROOMS),
        }
    }
    return {**ids, **tables, **paging, **headers}


def revalidates(operation: Operation) -> bool:
    """Whether it answers 304 to a client that has the answer already."""
    return operation.route.method == "GET" and not (
        operation.public and operation.answers[0].data is not None
    )
