"""How fast a large import is written, by how many writers of lanes; and what that costs.

Usage: python -m benchmarks.import_lanes [DEVICES]
Each commit is answered after 30 ms, as from afar, and not stored: DynamoDB Local would take its
time from the same cores. What is stored, and metered, is a smaller import of its own.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arxos.adapters.device_lines import chunk_of, line_of
from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.domain.device import Device
from arxos.domain.import_lane import ImportLane, floors_of, lanes_of
from arxos.domain.import_planning import plan_import
from arxos.ports.import_lanes import LaneOrder, LaneWriters
from arxos.ports.imports import UploadedFile, uploaded_file
from arxos.use_cases import lane_work
from arxos.use_cases.write_lane import write_lane
from benchmarks.import_growth import (
    HEADINGS,
    ChangeFilesOnDisk,
    Import,
    UploadsOnDisk,
    answered_from_afar,
    count_of,
    measured,
    model_of,
)
from scripts.dynamodb_local import running
from tests.dynamodb_table import REGION
from tests.fakes import FakeOrders
from tests.make import ORG, make_delivery, make_id, make_import

WRITERS = (1, 2, 4, 8)
METERED_DEVICES = 4_000


def now() -> datetime:
    return datetime.now(UTC)


class LanesOnDisk(UploadsOnDisk):
    """Lanes as the bucket keeps them, for several processes."""

    def save_lane(self, file: UploadedFile, name: str, chunks: Any) -> str:
        place = self.folder / f"lane-{file.import_id}-{name}"
        place.write_text("\n".join(line_of(chunk) for chunk in chunks))
        return str(place)

    def lane(self, location: str, *, start: int) -> Any:
        return map(chunk_of, Path(location).read_text().split("\n")[start:])


def open_lanes(building: Import, devices: list[Device], uploads: LanesOnDisk) -> list[LaneOrder]:
    """As an import does, but all at once."""
    job = make_import(building.building, attempt="a")
    with building.uow as uow:
        uow.imports.add(job)
    file, orders, first = uploaded_file(ORG, job), list[LaneOrder](), 0
    for chunks in lanes_of(devices):
        held = list(chain.from_iterable(chunks))
        lane = ImportLane(
            building_id=building.building.id,
            import_id=job.id,
            first_chunk=first,
            location=uploads.save_lane(file, str(first), chunks),
            chunks=len(chunks),
            floor_ids=floors_of(held),
        )
        with building.uow as uow:
            uow.lanes.open(lane, held)
        orders.append(
            LaneOrder(
                organization_id=ORG,
                building_id=lane.building_id,
                import_id=lane.import_id,
                first_chunk=first,
            )
        )
        first += len(chunks)
    return orders


def write(table: tuple[str, str], folder: Path, orders: Any, told: Any, begin: Any) -> None:
    """One writer, in a process of its own: an order after the other, until there are none."""
    name, endpoint_url = table
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    events: Any = connection.client.meta.events
    events.register("before-send.dynamodb.TransactWriteItems", answered_from_afar)
    desk = DynamoImportDesk(connection, ChangeFilesOnDisk(folder), make_id)
    uploads = LanesOnDisk(folder)
    begin.wait()
    cpu = time.process_time()
    while (order := orders.get()) is not None:
        write_lane(
            order,
            make_delivery(now() + timedelta(minutes=15), attempt=f"writer-{os.getpid()}"),
            desk=desk,
            uploads=uploads,
            queue=FakeOrders(),
            clock=now,
        )
    told.put(time.process_time() - cpu)


def by_writers(endpoint_url: str, folder: Path, devices: int) -> None:
    model = model_of(devices)
    building = Import(endpoint_url, folder)
    plan = plan_import(
        model,
        building_id=building.building.id,
        shards=1,
        floors=(),
        rooms=(),
        devices=(),
        at=now(),
        by=None,
    )
    for floor in plan.floors:
        with building.uow as uow:
            uow.floors.add(floor)
    cpu = time.process_time()
    lines = [[line_of(chunk) for chunk in lane] for lane in lanes_of(plan.devices)]
    cpu = time.process_time() - cpu
    print(f"\n{len(plan.devices):,} devices, {len(lines)} lanes; to cut and write down: "
          f"{cpu / len(plan.devices) * 1000:.2f} ms CPU each\n")  # fmt: skip
    given = open_lanes(building, plan.devices, LanesOnDisk(folder))
    print("| writers | s | records/s | ms CPU each |\n|---|---|---|---|")
    context = get_context("spawn")
    for writers in WRITERS:
        orders, told, begin = context.Queue(), context.Queue(), context.Barrier(writers + 1)
        table = building.table, endpoint_url
        processes = [
            context.Process(target=write, args=(table, folder, orders, told, begin))
            for _ in range(writers)
        ]
        for process in processes:
            process.start()
        for order in (*given, *(None for _ in processes)):
            orders.put(order)
        begin.wait()
        started = time.perf_counter()
        spent = sum(told.get() for _ in processes)
        seconds = time.perf_counter() - started
        for process in processes:
            process.join()
        print(f"| {writers} | {seconds:.1f} | {devices / seconds:,.0f} "
              f"| {spent / devices * 1000:.2f} |", flush=True)  # fmt: skip


def metered(endpoint_url: str, folder: Path) -> None:
    """The same import by one writer alone, and in lanes, written one after the other."""
    model = model_of(METERED_DEVICES)
    print("\n| " + " | ".join(HEADINGS) + " |\n|" + "---|" * len(HEADINGS))
    for label, in_lanes in (("created, alone", False), ("created, in lanes", True)):
        building = Import(endpoint_url, folder)
        uploads, orders = LanesOnDisk(folder), FakeOrders[LaneOrder]()
        given: dict[str, Any] = {}
        if in_lanes:
            given["lanes"] = LaneWriters(orders, writing(building, uploads, orders))
        with measured(building, label, count_of(model)):
            job = building.run(model, uploads=uploads, **given)
        assert job.counts.created == count_of(model), job


def writing(
    building: Import, uploads: LanesOnDisk, orders: FakeOrders[LaneOrder]
) -> Callable[[float], None]:
    def write_all(_: float) -> None:
        while orders.orders:
            write_lane(
                orders.orders.pop(0),
                make_delivery(now() + timedelta(minutes=15), attempt="a writer"),
                desk=building.desk,
                uploads=uploads,
                queue=orders,
                clock=now,
            )

    return write_all


def main(arguments: list[str]) -> None:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    devices = int(arguments[0]) if arguments else 20_000
    with running() as endpoint_url, TemporaryDirectory() as folder:
        by_writers(endpoint_url, Path(folder), devices)
        setattr(lane_work, "IN_LANES_FROM", 1)  # noqa: B010  for the measurement only
        metered(endpoint_url, Path(folder))


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "Run this from the project's root."
    main(sys.argv[1:])
