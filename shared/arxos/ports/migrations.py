"""What running a migration needs: orders, and whoever walks through the stored items."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from arxos.ports.orders import Order

# An item's key, and the values of its attributes before and after.
Example = tuple[str, dict[str, tuple[Any, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationOrder(Order):
    """The order to go on with a migration: `direction` is `up` or `down`.

    It is for all organisations, so it names none. `run` is what all orders of one run have in
    common: a later run begins anew, an earlier one is over. `rate` is how many capacity units a
    second the run may take.
    """

    organization_id: str = ""
    number: int
    direction: str
    segments: int
    rate: float
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationState:
    """How far a migration is, as the table says.

    `status`: `running`, `done`, or `incomplete`, when all was looked at and the items that `faults`
    names (the first of them) could not be changed. `seen` items were looked at, `changed` written.
    """

    number: int
    direction: str
    status: str
    run: str
    segments: int
    open_segments: int
    seen: int
    changed: int
    faults: tuple[str, ...]
    updated_at: str

    @property
    def is_over(self) -> bool:
        return self.status != "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a dry run found: `concerned` items are of another level, `changed` would get other
    values, and of these `examples` are some: key, and each value before and after.
    """

    seen: int
    concerned: int
    changed: int
    faults: tuple[str, ...]
    examples: tuple[Example, ...]


class HeldByAnother(Exception):
    """Another run of this migration is alive; `until` is the end of its lease."""

    def __init__(self, until: str) -> None:
        super().__init__(f"Another run holds this migration until {until}.")
        self.until = until


class Migrator(Protocol):
    """Walks through all items, in segments side by side."""

    def work(
        self,
        order: MigrationOrder,
        *,
        attempt: str,
        until: datetime,
    ) -> MigrationState:
        """Go on with the migration until it is over, or `until`, between two pages.

        Raises HeldByAnother, also when another has taken it over meanwhile.
        """
        ...


class MigrationOrders(Protocol):
    """Takes the orders for the rest."""

    def send(self, order: MigrationOrder) -> None:
        """Queue the order. Raises ServiceUnavailable."""
        ...
