"""The lanes of imports: devices written by several invocations at once (domain/import_lane.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from arxos.domain.device import Device
from arxos.domain.import_lane import ImportLane
from arxos.ports.orders import Order, OrderQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneOrder(Order):
    """The order to write what is left of a lane."""

    building_id: str
    import_id: str
    first_chunk: int


@dataclass(frozen=True, slots=True)
class LaneWriters:
    """Who writes lanes: where they take their orders, and how one waits for them (in seconds)."""

    queue: OrderQueue[LaneOrder]
    pause: Callable[[float], None]


class ImportLanes(Protocol):
    """The lanes of a building's imports.

    At any commit, a counter of the building and of its floors, less what lanes have announced and
    not written, is exact. So it is never below what there is, and nothing is removed as empty that
    a lane writes into.
    """

    def get(self, building_id: str, import_id: str, first_chunk: int) -> ImportLane:
        """Raises NotFound."""
        ...

    def all(self, building_id: str, import_id: str | None = None) -> Sequence[ImportLane]:
        """Those of the building, or of one of its imports, by their first chunk."""
        ...

    def open(self, lane: ImportLane, devices: Sequence[Device]) -> None:
        """Queue a new lane for these devices, announced in the counters of building and floors.

        Raises BeingDeleted on commit where one of these is being deleted.
        """
        ...

    def advance(self, lane: ImportLane) -> None:
        """Queue that one more chunk of the lane is written, in that chunk's own unit of work
        (`ImportDesk.lane_chunk`). Raises ChangedMeanwhile on commit when another has written in it,
        or closed it.
        """
        ...

    def close(self, lane: ImportLane, fault: str) -> None:
        """Queue the end of the lane, whatever is written in it meanwhile.

        Raises ChangedMeanwhile on commit when it is over already.
        """
        ...

    def settle(self, lane: ImportLane) -> bool:
        """Queue that counters become exact: what was announced and not written leaves them, what
        the lane owes them comes in. For a lane that is over.

        False: only a part fits; commit, and settle `lane.stored()`. Raises NotFound, and
        ChangedMeanwhile on commit when another has done so.
        """
        ...

    def remove(self, lane: ImportLane) -> bool:
        """As `settle`; and when all of it fits, the lane goes."""
        ...
