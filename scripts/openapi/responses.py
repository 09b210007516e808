"""The answers of operations: their successes, and the failures that can come."""

import re
from http import HTTPStatus

from arxos.entrypoints.http import MAX_BODY_BYTES
from scripts.openapi.component_schemas import tidied
from scripts.openapi.examples import REQUEST_ID, example
from scripts.openapi.handlers import Answer, Json, Operation, fixed, ref
from scripts.openapi.parameters import revalidates

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
    "Location": {
        "description": "The new record's path, or the file's address.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "Always Bearer.", "schema": {"type": "string"}},
}


def responses_of(operation: Operation, components: dict[str, Json], about: str) -> Json:
    """By status: the operation's own successes, and references to the failures all share."""
    return {
        **{str(a.status): _success(a, operation, components, about) for a in operation.answers},
        **({"304": _not_modified()} if revalidates(operation) else {}),
        **{
            str(status): {"$ref": f"#/components/responses/{_failure_name(status)}"}
            for status in _failures_of(operation)
        },
    }


def shared_failures() -> dict[str, Json]:
    """The failures that operations refer to, by name."""
    return {_failure_name(status): _failure(status) for status in FAILURES}


def _success(answer: Answer, operation: Operation, components: dict[str, Json], about: str) -> Json:
    names = ["X-Request-Id", *answer.headers]
    if answer.status == HTTPStatus.OK and revalidates(operation) and "ETag" not in names:
        names.append("ETag")
    if answer.data is None:
        content: Json = {"schema": {"type": "object" if "json" in answer.media_type else "string"}}
    else:
        envelope = fixed({"success": {"const": True}, "data": tidied(answer.data)})
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


def _failures_of(operation: Operation) -> list[int]:
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
