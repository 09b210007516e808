"""How a request that is sent twice gets its first answer again instead of a second effect."""

from collections.abc import Callable
from typing import Any, Protocol

Answer = dict[str, Any]


class AnswerStore(Protocol):
    """Keeps the first answer to each idempotency key for 24 hours."""

    def once(
        self, *, organization_id: str, key: str, payload: str, run: Callable[[], Answer]
    ) -> Answer:
        """What `run` answers, or what it answered the first time under this key.

        Nothing is kept of a `run` that raises. Raises IdempotencyKeyReused when the key came with
        another payload before, and Conflict while its first request is still running.
        """
        ...
