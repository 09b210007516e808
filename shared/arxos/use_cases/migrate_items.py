"""A migration in the background: one delivery works for its time and orders the rest."""

from arxos.ports.migrations import (
    HeldByAnother,
    MigrationOrder,
    MigrationOrders,
    MigrationState,
    Migrator,
)
from arxos.ports.orders import Delivery


def migrate_items(
    order: MigrationOrder, delivery: Delivery, *, migrator: Migrator, queue: MigrationOrders
) -> MigrationState | None:
    """Go on with the migration that is ordered; None when another run is at it."""
    try:
        state = migrator.work(order, attempt=delivery.attempt, until=delivery.until)
    except HeldByAnother:
        return None
    if not state.is_over:
        queue.send(order)
    return state
