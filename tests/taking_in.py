"""A file all the way into the registry: read, and applied when it is its turn."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from arxos.domain.import_job import ImportJob
from arxos.ports.imports import ImportOrder, UploadedFile
from arxos.use_cases.apply_import import apply_import
from arxos.use_cases.import_work import Clock
from arxos.use_cases.read_building_file import read_building_file
from arxos.use_cases.undo_import import undo_import
from tests.fakes import FakeOrders
from tests.make import make_delivery

LONG = timedelta(days=1)


def take_in(
    file: UploadedFile,
    *,
    attempt: str,
    lease_until: datetime,
    clock: Clock,
    queue: FakeOrders[ImportOrder] | None = None,
    reader: Any,
    **given: Any,
) -> ImportJob | None:
    """What `read_building_file` and then the worker make of an import; None: nothing to do."""
    queue = queue if queue is not None else FakeOrders()
    read = read_building_file(
        file,
        attempt=attempt,
        lease_until=lease_until,
        queue=queue,
        reader=reader,
        clock=clock,
        **given,
    )
    given.pop("check", None)
    return work_off(queue, attempt=attempt, clock=clock, **given) or read


def work_off(
    queue: FakeOrders[ImportOrder],
    *,
    attempt: str,
    clock: Clock,
    **given: Any,
) -> ImportJob | None:
    """Deliver the orders one by one until there are none; the last outcome.

    As the queue does, an order stays in it until it is done.
    """
    done = None
    for number in count():
        if not queue.orders:
            return done
        order = queue.orders[0]
        work = apply_import if order.action == "apply" else undo_import
        begin = clock()
        delivery = make_delivery(begin + LONG, ends=begin, attempt=f"{attempt}-{number}")
        done = work(order, delivery, queue=queue, clock=clock, **given) or done
        with suppress(ValueError):
            queue.orders.remove(order)
    return done
