"""API Gateway's events to use cases and back: the permission, the envelope, the error table.

A handler has one route, which API Gateway has already matched, so there is no router here. What a
GET does not need (Pydantic) is imported only by handlers that parse a body.
"""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from arxos.domain.deletion import Deletion, DeletionStatus
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
from arxos.entrypoints.observation import observed
from arxos.entrypoints.query_parameters import asked_for, conditions_of
from arxos.ports.answers import AnswerStore
from arxos.ports.lists import Page, Slice

if TYPE_CHECKING:
    from arxos.entrypoints.bodies import Body

B = TypeVar("B", bound="Body")
F = TypeVar("F")
# Any page may read the answer: a token in a header, not a cookie, is what lets it in. The gateway
# answers the preflight (template.yaml).
_FOR_WEB_PAGES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, X-Request-Id",
}
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

    def where(self, conditions: type[F]) -> F:
        """The query of a list as its conditions, a filter: see `asked_for`."""
        return conditions_of(self.query(*asked_for(conditions), paged=True), conditions)

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

    def listed(
        self, found: Slice[Any], show: Callable[[Any], dict[str, Any]], **more: Any
    ) -> "Response":
        """The answer of a list, and what else is told of it."""
        cursor = (
            cursors.cursor(found.position, self._list_identity())
            if found.position is not None
            else None
        )
        items = [show(item) for item in found.items]
        return Response({"items": items, "next_cursor": cursor, **more})

    def body(self, model: type[B]) -> B:
        """The JSON body as `model`, a Pydantic class.

        Raises UnsupportedMediaType, PayloadTooLarge, MalformedRequest, or InvalidInput with every
        field that is wrong.
        """
        from arxos.entrypoints.bodies import parse

        media_type = (self.header("Content-Type") or "application/json").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        body = self._body_bytes()
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
        return parse(body, model)

    def payload(self) -> str:
        """What is asked for, by body and query: the same text for the same JSON, however it is
        written.
        """
        body = self._body_bytes()
        query = self.event.get("queryStringParameters") or {}
        try:
            asked: Any = {"json": json.loads(body)}
        except (ValueError, RecursionError):
            asked = {"bytes": base64.b64encode(body).decode("ascii")}
        return json.dumps([asked, query], sort_keys=True, separators=(",", ":"))

    def _body_bytes(self) -> bytes:
        body = (self.event.get("body") or "").encode("utf-8", "surrogatepass")
        return base64.b64decode(body) if self.event.get("isBase64Encoded") else body

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


@dataclass(frozen=True, slots=True)
class Document:
    """A successful answer that is sent as it is, without the envelope; anyone may keep it."""

    text: str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(record: dict[str, Any], *, sensitive: Mapping[str, str] | None = None) -> Response:
    """200 with one record and its ETag; with its `sensitive` values, for who may read them.

    These are not digested: an ETag would tell a short code to who tries them all. The version
    in it changes with them.
    """
    if sensitive is None:
        return Response(record, headers={"ETag": _etag(record)})
    headers = {"ETag": _etag({**record, "sensitive": True}), "Cache-Control": "private, no-store"}
    return Response({**record, "sensitive": dict(sensitive)}, headers=headers)


def created(kind: str, record: dict[str, Any], location: str, **more: Any) -> Response:
    """201 with `<kind>_id`, the record under `<kind>`, and where to find it."""
    data = {f"{kind}_id": record["id"], kind: record, **more}
    headers = {"Location": location}
    if "version" in record:
        headers["ETag"] = _etag(record)
    return Response(data, HTTPStatus.CREATED, headers)


def accepted(record: dict[str, Any]) -> Response:
    """202: ordered, and done in the background; the record says how far it is."""
    return Response(record, HTTPStatus.ACCEPTED)


def see_other(url: str) -> Response:
    """303: the answer is a file, to be had there for a while without a token."""
    return Response({"download_url": url}, HTTPStatus.SEE_OTHER, {"Location": url})


def removed(kind: str, record_id: str) -> Response:
    """200: the record is gone."""
    return Response({f"{kind}_id": record_id, "deleted": True})


def deleted(
    kind: str,
    record_id: str,
    deletion: Deletion | None,
    show: Callable[[Deletion], dict[str, Any]],
) -> Response:
    """As `removed`; while there is still something left, 202 and where to see how far it is."""
    if deletion is None or deletion.status is DeletionStatus.DONE:
        return removed(kind, record_id)
    return Response(
        {
            "deletion_id": deletion.id,
            "deletion": show(deletion),
            f"{kind}_id": record_id,
            "deleted": False,
        },
        HTTPStatus.ACCEPTED,
        {"Location": f"/api/v1/deletions/{deletion.id}"},
    )


def _etag(record: dict[str, Any]) -> str:
    """Strong: it changes with every byte of the record's answer, and begins with its version."""
    return f'"{record["version"]}-{_digest(_json(record))}"'


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


Handler = Callable[[Request], Response | Document]


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
        # What never asks for its query has no parameters: each that is sent is unknown.
        named: tuple[str, ...] = handler.__code__.co_names
        asks = not {"query", "where"}.isdisjoint(named)

        @functools.wraps(handler)
        def lambda_handler(event: Event, context: Any) -> Event:
            request_id = _request_id(event, context)
            with observed(use_case, request_id) as seen:
                try:
                    caller = None if public else _caller(event, request_id)
                    seen.organization_id = caller.organization_id if caller else None
                    if (
                        requires is not None
                        and caller is not None
                        and not caller.rights.allow_anywhere(requires)
                    ):
                        raise Forbidden(f"You may not do this ({requires}).")
                    request = Request(event, request_id, caller)
                    if not asks and not public:
                        request.query()
                    answer = _revalidated(
                        request, _answered_once(request, handler, answers, context)
                    )
                except ArxosError as error:
                    status, seen.code = status_of(error), code_of(error)
                    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        seen.failed(error)
                    answer = _failure(status, seen.code, error.message, error.details, request_id)
                except Exception as error:
                    # Nothing of the inside goes out; the log has it under the request id.
                    seen.failed(error)
                    answer = _failure(
                        HTTPStatus.INTERNAL_SERVER_ERROR,
                        seen.code,
                        f"Arxos failed to answer this; the error is logged under {request_id}.",
                        {},
                        request_id,
                    )
                seen.told["status"] = answer["statusCode"]
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


def status_of(error: ArxosError) -> HTTPStatus:
    """The HTTP status that says it."""
    for type_ in type(error).__mro__:
        if type_ in STATUS_OF:
            return STATUS_OF[type_]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def code_of(error: ArxosError) -> str:
    """The public code that says it."""
    return error.public_code if isinstance(error, Duplicate) else error.code


def _success(response: Response | Document, request_id: str) -> Event:
    if isinstance(response, Document):
        headers = {
            "Content-Type": response.media_type,
            "Cache-Control": "public, no-cache",
            "ETag": f'"{_digest(response.text)}"',
            **response.headers,
        }
        return _answer(HTTPStatus.OK, response.text, request_id, headers)
    body = _json({"success": True, "data": response.data})
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
    path, payload = request.event.get("path") or "", request.payload()
    # Keys are their user's own, and one for each route.
    name = json.dumps([request.actor.user_id, path, key])
    # The answer is kept after what was done, so a killed function's is missing: what it did is
    # told by a note in the same transaction.
    once = _digest(json.dumps([name, payload]))
    named = replace(request, caller=replace(request.actor, once=once))
    first = answers(context).once(
        organization_id=request.actor.organization_id,
        key=name,
        payload=payload,
        run=lambda: _success(handler(named), request.request_id),
    )
    return {**first, "headers": {**first["headers"], "X-Request-Id": request.request_id}}


def _revalidated(request: Request, answer: Event) -> Event:
    """A GET's answer with its strong ETag, or 304 when the client has just that already."""
    tagged = "ETag" in answer["headers"]
    whole = request.event.get("httpMethod") == "GET" and answer["statusCode"] == HTTPStatus.OK
    if not whole or (request.caller is None and not tagged):
        return answer
    # From the bytes themselves, so it cannot say "unchanged" of anything that changed.
    etag = answer["headers"].get("ETag") or f'"{_digest(answer["body"])}"'
    headers = {**answer["headers"], "ETag": etag}
    if request.caller is not None and headers["Cache-Control"] == "no-store":
        headers["Cache-Control"] = "private, no-cache"
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
    return _answer(status, _json({"success": False, "error": error}), request_id, {})


def _answer(status: HTTPStatus, body: str, request_id: str, headers: Mapping[str, str]) -> Event:
    return {
        "statusCode": int(status),
        "headers": {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            **_FOR_WEB_PAGES,
            **headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }
