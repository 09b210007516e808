"""SQS MigrationQueue: stored items are brought to another shape, some minutes at a time."""

from arxos.bootstrap import migration_queue, migrator
from arxos.entrypoints.queues import orders_handler
from arxos.ports.migrations import MigrationOrder, MigrationState
from arxos.ports.orders import Delivery
from arxos.use_cases.migrate_items import migrate_items


@orders_handler(MigrationOrder)
def handler(order: MigrationOrder, delivery: Delivery) -> MigrationState | None:
    return migrate_items(order, delivery, migrator=migrator(), queue=migration_queue())
