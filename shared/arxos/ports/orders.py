"""Orders for work in the background: how they are queued, and how one is delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

# The queues' maxReceiveCount (template.yaml).
MAX_DELIVERIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order for work in an organisation. It holds ids only, and may arrive any number of times.

    Subclasses say for which work.
    """

    organization_id: str


O_contra = TypeVar("O_contra", bound=Order, contravariant=True)


class OrderQueue(Protocol[O_contra]):
    """Hands orders to their worker."""

    def send(self, order: O_contra) -> None:
        """Queue the order. Raises ServiceUnavailable when that cannot be done now."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of an order: `attempt` names it, `until` ends its work, `ends` its invocation.

    `is_last`: the queue gives the order up if this delivery fails too.
    """

    attempt: str
    until: datetime
    ends: datetime
    is_last: bool


class OutOfTime(Exception):
    """The delivery's time is up: the rest is for the next one."""
