"""API Gateway's events to use cases and back: the permission, the envelope, the error table.

A handler has one route, which API Gateway has already matched, so there is no router here. What a
GET does not need (Pydantic) is imported only by handlers that parse a body.
"""

import base64
import functools
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from arxos.domain.errors import (
    ArxosError,
    Conflict,
    Duplicate,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    MalformedRequest,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    ServiceUnavailable,
    Unauthenticated,
    UnsupportedMediaType,
)
from arxos.domain.permissions import Permission, Role
from arxos.domain.rights import Grant
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.entrypoints import cursors
from arxos.ports.answers import AnswerStore
from arxos.ports.registry import Page, Slice

if TYPE_CHECKING:
    from pydantic import BaseModel

B = TypeVar("B", bound="BaseModel")
C = TypeVar("C", bound=str)
Event = dict[str, Any]
_VERSION_TAG = re.compile(r'^"(\d{1,15})(?:-[0-9a-f]+)?"$', re.ASCII)

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MAX_BODY_BYTES = 1024 * 1024
MAX_IDEMPOTENCY_KEY = 255
_PAGE_PARAMETERS = ("limit", "cursor")

# The nearest base class decides.
STATUS_OF: dict[type[ArxosError], HTTPStatus] = {
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    ServiceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

logger = Logger()
metrics = Metrics()


@dataclass(frozen=True, slots=True)
class Request:
    """One call of one route."""

    event: Event
    request_id: str
    caller: Actor | None

    @property
    def actor(self) -> Actor:
        """Who is calling. Raises Unauthenticated on a route that lets anyone in."""
        if self.caller is None:
            raise Unauthenticated("Sign in first: this needs an access token.")
        return self.caller

    def path(self, name: str) -> str:
        """A path parameter."""
        value: str = (self.event.get("pathParameters") or {}).get(name) or ""
        return value

    def header(self, name: str) -> str:
        """A request header, whatever its case; empty when it was not sent."""
        headers: dict[str, str] = self.event.get("headers") or {}
        return next((v for k, v in headers.items() if k.lower() == name.lower()), "")

    def if_match(self) -> frozenset[int] | None:
        """The versions that If-Match names; None: any will do.

        Our ETags are `"<version>-<digest>"`. The version alone is compared: counters are part of
        a record's answer, and a rename is not refused because somebody added a device. A tag that
        is weak or not ours matches nothing (RFC 9110, 13.1.1).
        """
        header = self.header("If-Match").strip()
        if header in ("", "*"):
            return None
        tags = (_VERSION_TAG.match(tag.strip()) for tag in header.split(","))
        return frozenset(int(tag[1]) for tag in tags if tag)

    def query(self, *names: str, paged: bool = False) -> dict[str, str]:
        """The query parameters, of which only these are known (and limit and cursor).

        Raises InvalidInput for every other: a misspelt filter must not show everything.
        """
        given: dict[str, str] = self.event.get("queryStringParameters") or {}
        known = (*names, *_PAGE_PARAMETERS) if paged else names
        unknown = {
            name: f"There is no such parameter; there are {', '.join(known) or 'none'}"
            for name in given
            if name not in known
        }
        if unknown:
            raise InvalidInput("A query parameter is unknown", unknown)
        return {name: given[name] for name in names if name in given}

    def page(self) -> Page:
        """The part of the list that is wanted. Raises InvalidInput."""
        given: dict[str, str] = self.event.get("queryStringParameters") or {}
        limit = given.get("limit", str(DEFAULT_LIMIT))
        if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit[:9]) <= MAX_LIMIT:
            message = f"Limit must be a whole number from 1 to {MAX_LIMIT}"
            raise InvalidInput(message, {"limit": message})
        cursor = given.get("cursor")
        position = cursors.position(cursor, self._list_identity()) if cursor is not None else None
        return Page(int(limit), position)

    def listed(self, found: Slice[Any], show: Callable[[Any], dict[str, Any]]) -> "Response":
        """The answer of a list."""
        cursor = (
            cursors.cursor(found.position, self._list_identity())
            if found.position is not None
            else None
        )
        return Response({"items": [show(item) for item in found.items], "next_cursor": cursor})

    def body(self, model: type[B]) -> B:
        """The JSON body as `model`, a Pydantic class.

        Raises UnsupportedMediaType, PayloadTooLarge, MalformedRequest, or InvalidInput with every
        field that is wrong.
        """
        from arxos.entrypoints.bodies import parse

        media_type = (self.header("Content-Type") or "application/json").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        body = (self.event.get("body") or "").encode("utf-8", "surrogatepass")
        if self.event.get("isBase64Encoded"):
            body = base64.b64decode(body)
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
        return parse(body, model)

    def _list_identity(self) -> str:
        """What a cursor is bound to: the organisation, the route, and every filter."""
        given: dict[str, str] = self.event.get("queryStringParameters") or {}
        filters = sorted((k, v) for k, v in given.items() if k not in _PAGE_PARAMETERS)
        path = sorted((self.event.get("pathParameters") or {}).items())
        return json.dumps(
            [self.actor.organization_id, self.event.get("resource"), path, filters],
            ensure_ascii=False,
        )


@dataclass(frozen=True, slots=True)
class Response:
    """A successful answer: `data` goes into the envelope."""

    data: Any
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(record: dict[str, Any]) -> Response:
    """200 with one record and its ETag."""
    return Response(record, headers={"ETag": _etag(record)})


def created(kind: str, record: dict[str, Any], location: str, **more: Any) -> Response:
    """201 with `<kind>_id`, the record under `<kind>`, and where to find it."""
    data = {f"{kind}_id": record["id"], kind: record, **more}
    headers = {"Location": location}
    if "version" in record:
        headers["ETag"] = _etag(record)
    return Response(data, HTTPStatus.CREATED, headers)


def removed(kind: str, record_id: str) -> Response:
    """200: the record is gone."""
    return Response({f"{kind}_id": record_id, "deleted": True})


def _etag(record: dict[str, Any]) -> str:
    """Strong: it changes with every byte of the record's answer, and begins with its version."""
    return f'"{record["version"]}-{_digest(_json(record))}"'


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def choice(value: str | None, name: str, choices: type[C]) -> str | None:
    """A query parameter that is one of an enum's values. Raises InvalidInput."""
    allowed: list[str] = [str(c) for c in choices]  # type: ignore[attr-defined]
    if value is None or value in allowed:
        return value
    message = f"'{value}' is none of: {', '.join(allowed)}"
    raise InvalidInput(f"{name.capitalize()} {message}", {name: message})


Handler = Callable[[Request], Response]


def http_handler(
    *,
    requires: Permission | None = None,
    public: bool = False,
    answers: Callable[[Any], AnswerStore] | None = None,
) -> Callable[[Handler], Callable[[Event, Any], Event]]:
    """Make a Lambda handler of a function from Request to Response.

    `requires` names the permission that some grant of the caller must carry; whether it does so
    where this request leads is the use case's to decide. Without it any signed-in user may call;
    `public` lets in whoever comes. Every POST names `answers`, where the first
    answer to an Idempotency-Key is kept.
    """

    def decorate(handler: Handler) -> Callable[[Event, Any], Event]:
        use_case = handler.__module__.rpartition(".")[2]

        @functools.wraps(handler)
        def lambda_handler(event: Event, context: Any) -> Event:
            started = time.perf_counter()
            request_id = _request_id(event, context)
            caller = None
            code = "OK"
            try:
                caller = None if public else _caller(event, request_id)
                if (
                    requires is not None
                    and caller is not None
                    and not caller.rights.allow_anywhere(requires)
                ):
                    raise Forbidden(f"You may not do this ({requires}).")
                request = Request(event, request_id, caller)
                answer = _revalidated(request, _answered_once(request, handler, answers, context))
            except ArxosError as error:
                code = _code(error)
                answer = _failure(_status(error), code, error.message, error.details, request_id)
            except Exception:
                # Nothing of the inside goes out; the log has it under the request id.
                logger.exception("unexpected error", request_id=request_id, use_case=use_case)
                code = "INTERNAL_ERROR"
                answer = _failure(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    code,
                    f"Arxos failed to answer this; the error is logged under {request_id}.",
                    {},
                    request_id,
                )
            _record(use_case, request_id, caller, answer["statusCode"], code, started)
            return answer

        return lambda_handler

    return decorate


def _caller(event: Event, request_id: str) -> Actor:
    """Whom the authorizer let in: from the user's record, not from the token's claims."""
    known = (event.get("requestContext") or {}).get("authorizer") or {}
    try:
        return Actor(
            organization_id=known["organization_id"],
            user_id=known["user_id"],
            name=known["name"],
            role=Role(known["role"]),
            request_id=request_id,
            grants=tuple(
                Grant(role=Role(role), building_id=building_id, floor_id=floor_id)
                for role, building_id, floor_id in json.loads(known.get("grants") or "[]")
            ),
        )
    except (KeyError, ValueError):
        raise Unauthenticated("Sign in first: this needs an access token.") from None


def _request_id(event: Event, context: Any) -> str:
    from_gateway = (event.get("requestContext") or {}).get("requestId")
    return str(from_gateway or getattr(context, "aws_request_id", ""))


def _status(error: ArxosError) -> HTTPStatus:
    for type_ in type(error).__mro__:
        if type_ in STATUS_OF:
            return STATUS_OF[type_]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def _code(error: ArxosError) -> str:
    return error.public_code if isinstance(error, Duplicate) else error.code


def _success(response: Response, request_id: str) -> Event:
    body = {"success": True, "data": response.data}
    return _answer(response.status, body, request_id, response.headers)


def _answered_once(
    request: Request,
    handler: Handler,
    answers: Callable[[Any], AnswerStore] | None,
    context: Any,
) -> Event:
    """What the handler answers; to an Idempotency-Key that came before, what it answered then."""
    key = request.header("Idempotency-Key")
    if answers is None or not key:
        return _success(handler(request), request.request_id)
    if len(key) > MAX_IDEMPOTENCY_KEY:
        message = f"Idempotency-Key cannot be longer than {MAX_IDEMPOTENCY_KEY} characters"
        raise InvalidInput(message, {"Idempotency-Key": message})
    path = request.event.get("path") or ""
    first = answers(context).once(
        organization_id=request.actor.organization_id,
        # Keys are their user's own, and one for each route.
        key=json.dumps([request.actor.user_id, path, key]),
        payload=request.event.get("body") or "",
        run=lambda: _success(handler(request), request.request_id),
    )
    return {**first, "headers": {**first["headers"], "X-Request-Id": request.request_id}}


def _revalidated(request: Request, answer: Event) -> Event:
    """A GET's answer with its strong ETag, or 304 when the client has just that already."""
    if request.event.get("httpMethod") != "GET" or request.caller is None:
        return answer
    # From the bytes themselves, so it cannot say "unchanged" of anything that changed.
    etag = answer["headers"].get("ETag") or f'"{_digest(answer["body"])}"'
    headers = {**answer["headers"], "ETag": etag, "Cache-Control": "private, no-cache"}
    held = {tag.strip().removeprefix("W/") for tag in request.header("If-None-Match").split(",")}
    if etag in held or "*" in held:
        not_modified = {k: v for k, v in headers.items() if k != "Content-Type"}
        return {**answer, "statusCode": 304, "headers": not_modified, "body": ""}
    return {**answer, "headers": headers}


def _failure(
    status: HTTPStatus, code: str, message: str, details: dict[str, Any], request_id: str
) -> Event:
    error = {
        "code": code,
        "message": message,
        "details": details,
        "request_id": request_id,
        "timestamp": to_iso(datetime.now(UTC)),
    }
    return _answer(status, {"success": False, "error": error}, request_id, {})


def _answer(
    status: HTTPStatus, body: dict[str, Any], request_id: str, headers: Mapping[str, str]
) -> Event:
    return {
        "statusCode": int(status),
        "headers": {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            **headers,
        },
        "body": _json(body),
        "isBase64Encoded": False,
    }


def _record(
    use_case: str, request_id: str, caller: Actor | None, status: int, code: str, started: float
) -> None:
    """One log line and one metric line a request; no names, no bodies, no addresses in them."""
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger.info(
        "request",
        use_case=use_case,
        request_id=request_id,
        organization_id=caller.organization_id if caller else None,
        status=status,
        code=code,
        milliseconds=milliseconds,
    )
    metrics.add_dimension("use_case", use_case)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, milliseconds)
    metrics.add_metric("Errors", MetricUnit.Count, int(status >= HTTPStatus.INTERNAL_SERVER_ERROR))
    metrics.flush_metrics()
