"""What removing a tree needs besides the registry: orders, and units of work for its chunks."""

from dataclasses import dataclass
from typing import Protocol

from arxos.domain.deletion import Deletion
from arxos.ports.orders import Order
from arxos.ports.registry import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionOrder(Order):
    """The order to go on with a deletion."""

    deletion_id: str


class DeletionDesk(Protocol):
    """Opens the registry for a worker, on behalf of who started the deletion."""

    def find(self, order: DeletionOrder) -> Deletion:
        """The deletion that is ordered. Raises NotFound."""
        ...

    def chunk(self, order: DeletionOrder, deletion: Deletion) -> UnitOfWork:
        """A unit of work for the deletion's next chunk.

        Its changes go into the history as one entry with a change file, instead of an entry each.
        """
        ...

    def clear_files(self, order: DeletionOrder, deletion: Deletion) -> None:
        """Remove the files of a building that is gone: exports, and sheets that imports stored."""
        ...

    def last(self, order: DeletionOrder, deletion: Deletion) -> UnitOfWork:
        """A unit of work for the removal of the target itself, with an entry of its own."""
        ...
