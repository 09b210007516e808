"""SQS ExportQueue: a building, or a part of it, is written into a file."""

from arxos.bootstrap import export_desk, export_writer, exports, now
from arxos.domain.export_job import ExportJob
from arxos.entrypoints.queues import orders_handler
from arxos.ports.exports import ExportOrder
from arxos.ports.orders import Delivery
from arxos.use_cases.build_export import build_export


@orders_handler(ExportOrder)
def handler(order: ExportOrder, delivery: Delivery) -> ExportJob | None:
    return build_export(
        order,
        delivery,
        desk=export_desk(),
        writer=export_writer(),
        store=exports(),
        clock=now,
    )
