"""The OpenAPI 3.1 document, put together from operations, models and examples."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from arxos.domain.identifiers import PREFIXES
from arxos.entrypoints import schemas
from arxos.entrypoints.http import DEFAULT_LIMIT, MAX_BODY_BYTES, MAX_IDEMPOTENCY_KEY, MAX_LIMIT
from arxos.entrypoints.representations import as_of
from scripts.openapi.examples import IDS, NEXT_STATUS, REQUEST_ID, VALUES, example
from scripts.openapi.handlers import Answer, Operation, fixed, read, ref
from scripts.openapi.routes import routes

Json = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"

ABOUT = (
    "The system of record for buildings, floors, rooms and devices.\n\n"
    'A success is `{"success": true, "data": …}`, a failure `{"success": false, "error": …}` with'
    " a public code that never changes; every answer has an `X-Request-Id`. Lists take `limit` and"
    " `cursor`: go on until `next_cursor` is null. Records have a `version` and an `ETag`:"
    " `If-None-Match` answers 304, and `If-Match` keeps one writer from overwriting another (412)."
    " A POST with an `Idempotency-Key` has one effect, however often it is sent. What you may not"
    " see answers 404, as what does not exist."
)

TAGS = {
    "buildings": "Buildings, with address, status and exact counts.",
    "floors": "The storeys of a building.",
    "rooms": "The rooms of a floor.",
    "devices": "Equipment and furniture in rooms, or on a floor.",
    "groups": "Systems and zones: devices that belong together.",
    "imports": "Building files on their way into the registry.",
    "deletions": "Removing a record with all that is in it.",
    "users": "The people of the organisation and what they may do.",
    "search": "Finding records across the organisation.",
    "system": "Whether Arxos works, and this description.",
}

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
    "atomic": "All or none, at most 50.",
    "devices": "With the first devices of each room.",
    "as_of": "The record as it was at this time.",
    "user_id": "Only what this user did.",
    "import_id": "Only what this import did.",
}

# By status: what it means, the code, and a sentence as people get it.
FAILURES = {
    400: (
        "The request is not JSON, or cannot be understood.",
        "MALFORMED_REQUEST",
        "The body is not JSON.",
    ),
    401: (
        "The token is missing or bad.",
        "UNAUTHENTICATED",
        "Sign in first: this needs an access token.",
    ),
    403: (
        "The caller lacks the permission.",
        "FORBIDDEN",
        "You may not do this here (update_device).",
    ),
    404: (
        "Absent, or hidden from the caller.",
        "NOT_FOUND",
        "There is no such building.",
    ),
    409: (
        "The state of the record forbids it, or a value is taken.",
        "CONFLICT",
        "The record was changed by someone else meanwhile; read it again and retry.",
    ),
    412: (
        "The record is not in the version that If-Match names.",
        "PRECONDITION_FAILED",
        "The record is no longer in the version that If-Match names: read it again.",
    ),
    413: (
        "The body is over 1 MiB.",
        "PAYLOAD_TOO_LARGE",
        f"The body is larger than {MAX_BODY_BYTES} bytes.",
    ),
    415: (
        "The body is not application/json.",
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as application/json.",
    ),
    422: (
        "Fields or parameters break a rule; `details.field_errors` names all of them.",
        "VALIDATION_ERROR",
        "1 field is not as they should be.",
    ),
    429: (
        "Too many requests.",
        "TOO_MANY_REQUESTS",
        "Too many requests: wait a moment and try again.",
    ),
    500: (
        "A fault of ours; nothing of the inside is said.",
        "INTERNAL_ERROR",
        f"Arxos failed to answer this; the error is logged under {REQUEST_ID}.",
    ),
    503: (
        "Something that Arxos depends on does not answer.",
        "SERVICE_UNAVAILABLE",
        "The service does not answer just now: try again in a moment.",
    ),
}
FIELD_ERRORS = {"field_errors": {"name": "Building name cannot be empty"}}

HEADERS: dict[str, Json] = {
    "X-Request-Id": {
        "description": "Names this request in logs and history.",
        "schema": {"type": "string", "minLength": 1},
    },
    "ETag": {
        "description": "Strong; for If-None-Match and If-Match.",
        "schema": {"type": "string", "pattern": '^"[^"]+"$'},
    },
    "Location": {"description": "The new record's path.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "Always Bearer.", "schema": {"type": "string"}},
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
            "Any text of the client's own: the same key again has no second effect and gets the"
            " first answer, for 24 hours."
        ),
        "schema": {"type": "string", "maxLength": MAX_IDEMPOTENCY_KEY},
        "example": "2026-11-22-north-tower",
    },
}


def document() -> Json:
    """The whole description. Raises NotUnderstood."""
    operations = [read(route) for route in routes()]
    components = _schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        described = _operation(operation, components)
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = described
    _link(paths)
    tags = sorted({o.route.folder for o in operations}, key=_tag_order)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Arxos",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "Where this document is served."}],
        "security": [{"bearer": []}],
        "tags": [
            {"name": tag, "description": TAGS.get(tag, tag.capitalize() + ".")} for tag in tags
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the organisation's Cognito user pool.",
                }
            },
            "headers": HEADERS,
            "parameters": _parameters(),
            "responses": {_failure_name(status): _failure(status) for status in FAILURES},
            "schemas": components,
        },
    }


def _tag_order(tag: str) -> tuple[int, str]:
    return (list(TAGS).index(tag) if tag in TAGS else len(TAGS), tag)


# ---- Schemas ------------------------------------------------------------------------------------


def _schemas(operations: list[Operation]) -> dict[str, Json]:
    shown = [
        model
        for model in vars(schemas).values()
        if isinstance(model, type)
        and issubclass(model, schemas.Shown)
        and not model.__name__.startswith("_")
        and model is not schemas.Shown
    ]
    bodies = list(dict.fromkeys(o.body for o in operations if o.body is not None))
    _, answers = models_json_schema([(m, "serialization") for m in shown], ref_template=REFERENCE)
    _, requests = models_json_schema([(m, "validation") for m in bodies], ref_template=REFERENCE)
    both = {**answers.get("$defs", {}), **requests.get("$defs", {})}
    tidy = {name: _tidy(schema) for name, schema in both.items()}
    past = {f"Past{name}": _past(name, tidy[name]) for name in HAVE_A_PAST}
    return dict(sorted({**tidy, **past}.items()))


HAVE_A_PAST = ("Building", "Floor", "Room", "Device")


def _past(name: str, schema: Json) -> Json:
    """A record as it was at some time, as `as_of` of entrypoints/representations.py shows it."""
    unknown = as_of(dict.fromkeys(schema["properties"], True))
    properties = {
        field: {"type": "null"} if unknown[field] is None else kept
        for field, kept in schema["properties"].items()
    }
    return {
        **schema,
        "description": f"A {name.lower()} as it was at some time: null for what has no history.",
        "properties": properties,
    }


def _tidy(schema: Any) -> Any:
    """Without what says nothing: titles, empty defaults, unions of a type and null."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value
        if key in ("enum", "required", "const")
        else {name: _tidy(one) for name, one in value.items()}
        if key == "properties"
        else _tidy(value)
        for key, value in schema.items()
        if not (key == "title" or (key == "default" and value in (None, "", 0, 1, [], {})))
    }
    if set(kept) == {"description"}:
        return kept
    union = kept.get("anyOf")
    if (
        isinstance(union, list)
        and len(union) == 2
        and union[1] == {"type": "null"}
        and isinstance(union[0].get("type"), str)
        and "enum" not in union[0]
        and "const" not in union[0]
    ):
        rest = {k: v for k, v in kept.items() if k != "anyOf"}
        return {**union[0], **rest, "type": [union[0]["type"], "null"]}
    return kept


# ---- Operations ---------------------------------------------------------------------------------


def _operation(operation: Operation, components: dict[str, Json]) -> Json:
    about = _about(operation)
    described: Json = {
        "operationId": operation.route.handler,
        "tags": [operation.route.folder],
        "summary": operation.summary,
        "x-permission": operation.permission.value if operation.permission else None,
    }
    if operation.description:
        described["description"] = operation.description
    if operation.public:
        described["security"] = []
    if parameters := _operation_parameters(operation):
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": ref(operation.body.__name__),
                    "example": _body_example(operation, operation.body, components, about),
                }
            },
        }
    described["responses"] = {
        **{str(a.status): _success(a, operation, components, about) for a in operation.answers},
        **({"304": _not_modified()} if _revalidates(operation) else {}),
        **{
            str(status): {"$ref": f"#/components/responses/{_failure_name(status)}"}
            for status in _failures(operation)
        },
    }
    return described


def _about(operation: Operation) -> str:
    """The record that an operation is about: Room for /…/rooms/{room_id}/status."""
    word = operation.route.folder.removesuffix("s")
    return word.capitalize()


def _operation_parameters(operation: Operation) -> list[Json]:
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
    if _revalidates(operation):
        found.append(_shared_parameter("If-None-Match"))
    return found


def _shared_parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _parameters() -> dict[str, Json]:
    ids = {
        f"{kind}_id": {
            "name": f"{kind}_id",
            "in": "path",
            "required": True,
            "description": f"The id of the {kind}.",
            "schema": {"type": "string", "pattern": schemas.id_pattern(kind)},
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
    return {**ids, **paging, **headers}


def _body_example(
    operation: Operation, model: type[BaseModel], components: dict[str, Json], about: str
) -> Any:
    name = model.__name__
    whole = example(ref(name), components, about=about)
    if name == "StatusBody":
        return {"status": NEXT_STATUS[about]}
    if operation.route.method == "PATCH":
        few = {key: whole[key] for key in ("name", "description") if key in whole}
        return few or whole
    return _filled(whole, components[name].get("required", []))


def _filled(value: Any, required: Sequence[str] = ()) -> Any:
    """Without the fields that say nothing."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    empty: tuple[Any, ...] = ([], {}, None)
    return {k: _filled(v) for k, v in value.items() if k in required or v not in empty}


def _revalidates(operation: Operation) -> bool:
    return operation.route.method == "GET" and not (
        operation.public and operation.answers[0].data is not None
    )


def _success(answer: Answer, operation: Operation, components: dict[str, Json], about: str) -> Json:
    names = ["X-Request-Id", *answer.headers]
    if _revalidates(operation) and "ETag" not in names:
        names.append("ETag")
    if answer.data is None:
        content: Json = {"schema": {"type": "object" if "json" in answer.media_type else "string"}}
    else:
        envelope = fixed({"success": {"const": True}, "data": _tidy(answer.data)})
        content = {
            "schema": envelope,
            "example": {
                "success": True,
                "data": example(answer.data, components, about=about, name="data"),
            },
        }
    return {
        "description": HTTPStatus(answer.status).phrase,
        "headers": _headers(names),
        "content": {answer.media_type: content},
    }


def _headers(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _not_modified() -> Json:
    return {
        "description": "The client has just that already.",
        "headers": _headers(["X-Request-Id", "ETag"]),
    }


# ---- Failures -----------------------------------------------------------------------------------


def _failures(operation: Operation) -> list[int]:
    """Which failures can come, by what the operation is made of."""
    found = {400, 429, 500, 503}
    if not operation.public:
        found |= {401, 403}
    if "{" in operation.route.path or operation.route.path == "/api/v1/me":
        found.add(404)
    if operation.may_conflict:
        found.add(409)
    if operation.if_match:
        found.add(412)
    if operation.body is not None:
        found |= {413, 415}
    if operation.body is not None or operation.reads_query or operation.keeps_answers:
        found.add(422)
    return sorted(found)


def _failure_name(status: int) -> str:
    return "".join(re.findall(r"[A-Z][a-z]+", HTTPStatus(status).phrase.title()))


def _failure(status: int) -> Json:
    description, code, message = FAILURES[status]
    more = {401: ["WWW-Authenticate"], 429: ["Retry-After"]}.get(status, [])
    return {
        "description": description,
        "headers": _headers(["X-Request-Id", *more]),
        "content": {
            "application/json": {
                "schema": ref("Failure"),
                "example": {
                    "success": False,
                    "error": {
                        "code": code,
                        "message": message,
                        "details": FIELD_ERRORS if status == 422 else {},
                        "request_id": REQUEST_ID,
                        "timestamp": "2026-11-22T09:30:00.000Z",
                    },
                },
            }
        },
    }


# ---- Links --------------------------------------------------------------------------------------

# What a new record of one kind lets be made next: its id goes into the body of that operation.
INTO_THE_BODY = {"floor": ("create_room", "create_device"), "room": ("create_device",)}


def _link(paths: dict[str, Json]) -> None:
    """From what creates a record to all that take its id, and from lists to their first item."""
    operations = {
        (path, method): operation
        for path, item in paths.items()
        for method, operation in item.items()
    }
    for (path, method), operation in operations.items():
        below = [p for p in paths if re.fullmatch(re.escape(path) + r"/\{(\w+)\}", p)]
        if not below:
            continue
        parameter = re.findall(r"\{(\w+)\}", below[0])[-1]
        kind = parameter.removesuffix("_id")
        if method == "post" and "201" in operation["responses"]:
            links = _links_to(operations, path, below[0], parameter, f"/data/{parameter}")
            links |= _links_into_bodies(operations, kind, path)
            operation["responses"]["201"]["links"] = links
        elif method == "get" and "200" in operation["responses"]:
            links = _links_to(operations, path, below[0], parameter, "/data/items/0/id")
            reads = {k: v for k, v in links.items() if k.startswith("get_")}
            if reads:
                operation["responses"]["200"]["links"] = reads


def _links_to(
    operations: dict[tuple[str, str], Json], path: str, record: str, parameter: str, pointer: str
) -> Json:
    held = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    held[parameter] = f"$response.body#{pointer}"
    return {
        operation["operationId"]: {
            "operationId": operation["operationId"],
            "parameters": held,
        }
        for (other, _), operation in operations.items()
        if (other == record or other.startswith(record + "/"))
        and set(re.findall(r"\{(\w+)\}", other)) == set(held)
    }


def _links_into_bodies(operations: dict[tuple[str, str], Json], kind: str, path: str) -> Json:
    held = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    known = {operation["operationId"] for operation in operations.values()}
    return {
        target: {
            "operationId": target,
            "parameters": held,
            "requestBody": {f"{kind}_id": f"$response.body#/data/{kind}_id"},
        }
        for target in INTO_THE_BODY.get(kind, ())
        if target in known
    }
