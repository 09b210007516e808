"""The errors Arxos raises on purpose, one tree with stable public codes.

ArxosError
├── IdempotencyKeyReused      IDEMPOTENCY_KEY_REUSED
├── InvalidInput              VALIDATION_ERROR            `field_errors`: dotted path -> sentence
│   ├── InvalidBuildingError
│   ├── InvalidFloorError
│   ├── InvalidRoomError
│   ├── InvalidDeviceError
│   ├── InvalidGroupError
│   ├── InvalidUserError
│   ├── InvalidBatch
│   └── TooManyToSort
├── MalformedRequest          MALFORMED_REQUEST
├── Unauthenticated           UNAUTHENTICATED
├── Forbidden                 FORBIDDEN
├── NotFound                  NOT_FOUND
├── Conflict                  CONFLICT
│   ├── ChangedMeanwhile               CONFLICT
│   ├── DoneBefore                     CONFLICT
│   ├── HasChildren                    CONFLICT
│   ├── BatchRefused                   CONFLICT
│   ├── BeingDeleted                   CONFLICT
│   ├── LastAdmin                      CONFLICT
│   ├── InvalidStatusTransitionError   INVALID_STATUS_TRANSITION
│   └── Duplicate                      DUPLICATE_<FIELD>
├── PreconditionFailed        PRECONDITION_FAILED
├── PayloadTooLarge           PAYLOAD_TOO_LARGE
├── UnsupportedMediaType      UNSUPPORTED_MEDIA_TYPE
├── UnreadableFile            UNREADABLE_FILE
└── ServiceUnavailable        SERVICE_UNAVAILABLE

HTTP statuses belong to the edge: see `arxos.entrypoints.http`.
"""

from typing import ClassVar


class ArxosError(Exception):
    """Base of every expected failure. `code` is public and never changes."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def details(self) -> dict[str, object]:
        """What a client may act on, safe to show."""
        return {}


class IdempotencyKeyReused(ArxosError):
    """The key stands for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"


class InvalidInput(ArxosError):
    """A value breaks a rule. `field_errors` maps each field's dotted path to a sentence."""

    code = "VALIDATION_ERROR"

    def __init__(self, message: str, field_errors: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.field_errors = field_errors or {}

    @property
    def details(self) -> dict[str, object]:
        return {"field_errors": self.field_errors}


class InvalidBuildingError(InvalidInput):
    """A building's fields break a rule."""


class InvalidFloorError(InvalidInput):
    """A floor's fields break a rule."""


class InvalidRoomError(InvalidInput):
    """A room's fields break a rule."""


class InvalidDeviceError(InvalidInput):
    """A device's fields break a rule."""


class InvalidGroupError(InvalidInput):
    """A group's fields or members break a rule."""


class InvalidUserError(InvalidInput):
    """A user's fields break a rule."""


class InvalidBatch(InvalidInput):
    """Rows of a batch that is done as a whole break a rule; nothing of it was done."""

    def __init__(
        self, message: str, field_errors: dict[str, str], results: list[dict[str, object]]
    ) -> None:
        super().__init__(message, field_errors)
        self.results = results

    @property
    def details(self) -> dict[str, object]:
        return {**super().details, "results": self.results}


class TooManyToSort(InvalidInput):
    """A list is too long for an order that no index has. `narrower` says what to ask for."""

    def __init__(self, count: str, most: int, narrower: str) -> None:
        message = (
            f"There are {count}, and at most {most:,} can be put into this order: {narrower},"
            " or leave sort out"
        )
        super().__init__(message, {"sort": message})


class MalformedRequest(ArxosError):
    """The request is not JSON, or not a JSON object."""

    code = "MALFORMED_REQUEST"


class Unauthenticated(ArxosError):
    """The token is missing, bad, expired, or belongs to nobody who may sign in."""

    code = "UNAUTHENTICATED"


class Forbidden(ArxosError):
    """The caller is known and lacks the permission."""

    code = "FORBIDDEN"


class NotFound(ArxosError):
    """Absent, or hidden from the caller: the two are never told apart."""

    code = "NOT_FOUND"

    def __init__(self, kind: str) -> None:
        super().__init__(f"There is no such {kind}.")
        self.kind = kind


class Conflict(ArxosError):
    """Somebody else changed the record first, or its state forbids the change."""

    code = "CONFLICT"


class ChangedMeanwhile(Conflict):
    """Another writer came first; reading again and retrying settles it."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(
            message or "The record was changed by someone else meanwhile; read it again and retry."
        )


class DoneBefore(Conflict):
    """This very request has made its record before, and its answer was lost on the way."""

    def __init__(self, record_id: str) -> None:
        super().__init__("This was done before; read what it made.")
        self.record_id = record_id


class HasChildren(Conflict):
    """A record cannot be removed while others are in it."""

    def __init__(self, kind: str, held: str) -> None:
        super().__init__(
            f"This {kind} still holds {held}: remove them first, or send ?cascade=true to remove"
            " them with it."
        )


class BatchRefused(Conflict):
    """Rows of a batch that is done as a whole cannot be done; nothing of it was done."""

    def __init__(self, message: str, results: list[dict[str, object]]) -> None:
        super().__init__(message)
        self.results = results

    @property
    def details(self) -> dict[str, object]:
        return {"results": self.results}


class BeingDeleted(Conflict):
    """A record is being removed with all that is in it: it takes no changes and nothing new."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"This {kind} is being deleted with all that is in it; it cannot be changed any more."
        )


class LastAdmin(Conflict):
    """Without this user nobody could manage the organisation's users any more."""

    def __init__(self) -> None:
        super().__init__(
            "This is the last active admin of the whole organisation: make somebody else one first."
        )


class InvalidStatusTransitionError(Conflict):
    """The status may not follow the present one."""

    code = "INVALID_STATUS_TRANSITION"

    def __init__(self, kind: str, current: str, wanted: str, allowed: tuple[str, ...]) -> None:
        after = ", ".join(allowed) if allowed else "nothing: it is the end"
        super().__init__(
            f"A {kind} that is '{current}' cannot become '{wanted}'. What may follow: {after}."
        )
        self.current, self.wanted, self.allowed = current, wanted, allowed

    @property
    def details(self) -> dict[str, object]:
        return {"current": self.current, "wanted": self.wanted, "allowed": list(self.allowed)}


class Duplicate(Conflict):
    """A value that must be unique is taken. Its code is DUPLICATE_ and the field's name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field

    @property
    def public_code(self) -> str:
        """DUPLICATE_FLOOR_NUMBER, DUPLICATE_ROOM_NUMBER …"""
        return f"DUPLICATE_{self.field.upper()}"

    @property
    def details(self) -> dict[str, object]:
        return {"field": self.field}


class PreconditionFailed(ArxosError):
    """The record is not in the version that If-Match names."""

    code = "PRECONDITION_FAILED"

    def __init__(self) -> None:
        super().__init__(
            "The record is no longer in the version that the request names: read it again."
        )


class PayloadTooLarge(ArxosError):
    """The body or the file is over its limit."""

    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(ArxosError):
    """The body is not application/json."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class UnreadableFile(ArxosError):
    """A building file cannot be read; `message` says what it really is or what it lacks."""

    code = "UNREADABLE_FILE"


class ServiceUnavailable(ArxosError):
    """Something Arxos depends on does not answer; trying again later may help."""

    code = "SERVICE_UNAVAILABLE"
