"""A registry in memory that imports files and exports buildings, all but AWS as it is deployed."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from arxos.adapters.exports.files import ExportFiles
from arxos.adapters.exports.seal import is_sealed
from arxos.adapters.readers.by_suffix import ReaderBySuffix
from arxos.adapters.readers.own_files import read_own_workbook, read_untouched
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.workbook_sheets import read_workbook
from arxos.domain.building import Building
from arxos.domain.export_job import ExportFormat, ExportJob, ExportStatus
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.domain.plain_values import plain
from arxos.domain.source import KeptSheet, SourceModel
from arxos.ports.exports import ExportOrder
from arxos.ports.imports import uploaded_file
from arxos.use_cases.build_export import build_export
from arxos.use_cases.exports import StartExport, start_export
from tests.fakes import (
    FakeExportDesk,
    FakeExportStore,
    FakeImportDesk,
    FakeOrders,
    FakeReader,
    FakeTable,
    FakeUnitOfWork,
    FakeUploads,
)
from tests.make import (
    NOON,
    ORG,
    make_actor,
    make_building,
    make_delivery,
    make_id,
    make_import,
)
from tests.taking_in import take_in

# Not of a building's likeness: ids, times, who did it, and what imports remember.
_ASIDE = frozenset(
    {"id", "building_id", "floor_id", "room_id", "room_ids", "group_ids", "said", "hand_edits"}
    | {"version", "created_at", "updated_at", "created_by", "updated_by", "events"}
)


class Registry:
    """Buildings of one organisation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = FakeTable()
        self.actor = make_actor()
        self.uploads = FakeUploads()
        self.store = FakeExportStore(self.uploads)
        self.desk = FakeExportDesk(self.table)
        self.orders: FakeOrders[ExportOrder] = FakeOrders()

    @property
    def uow(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, self.actor)

    def add_building(self, **changes: Any) -> Building:
        building = make_building(**changes)
        with self.uow as uow:
            uow.buildings.add(building)
        return building

    def take_in(
        self, building: Building, file: Path | SourceModel, mode: ImportMode = ImportMode.APPLY
    ) -> ImportJob:
        """Import a file."""
        name = file.name if isinstance(file, Path) else "file.ifc"
        job = make_import(building, filename=name, mode=mode)
        with self.uow as uow:
            uow.imports.add(job)
        # No file is fetched: it lies here.
        model = read(file) if isinstance(file, Path) else file
        done = take_in(
            uploaded_file(ORG, job),
            attempt=make_id("change"),
            lease_until=NOON + timedelta(minutes=15),
            desk=FakeImportDesk(self.table),
            uploads=self.uploads,
            reader=FakeReader(model),
            clock=lambda: NOON,
        )
        assert done is not None
        return done

    def apply(self, building: Building, file: Path | SourceModel) -> ImportJob:
        done = self.take_in(building, file)
        assert done.status is ImportStatus.APPLIED, done.errors
        return done

    def export(self, building: Building, format_: str, **scope: Any) -> Path:
        """Export a building; the finished file."""
        job = start_export(
            StartExport(building_id=building.id, format=ExportFormat(format_), **scope),
            uow=self.uow,
            queue=self.orders,
            actor=self.actor,
            new_id=make_id,
            now=NOON,
        )
        built = self.build()
        assert built is not None
        assert built.status is ExportStatus.READY
        path = self.folder / f"{job.id}-{job.filename}"
        path.write_bytes(self.store.files[job.id])
        return path

    def build(self, **delivery: Any) -> ExportJob | None:
        """Let the worker do the last order."""
        return build_export(
            self.orders.orders[-1],
            make_delivery(NOON + timedelta(minutes=10), **delivery),
            desk=self.desk,
            writer=ExportFiles(),
            store=self.store,
            clock=lambda: NOON,
        )

    def likeness(self, building: Building) -> dict[str, list[Any]]:
        """All that a building is, ids aside: what names a record stands for it."""
        uow = self.uow
        present = uow.buildings.get(building.id)
        floors = {f.id: f"floor {f.floor_number}" for f in uow.floors.all(building.id)}
        rooms = {
            r.id: (floors[r.floor_id], r.room_number, plain(r.metadata), dict(r.external_ids))
            for r in uow.rooms.all(present)
        }
        groups = {g.id: (str(g.group_kind), g.name) for g in uow.groups.all(building.id)}

        def shown(record: Any) -> str:
            values = {
                # An empty text is none.
                f.name: None if (v := plain(getattr(record, f.name))) == "" else v
                for f in fields(record)
                if f.name not in _ASIDE
            }
            values["floor"] = floors.get(getattr(record, "floor_id", ""))
            values["rooms"] = [rooms[i] for i in getattr(record, "room_ids", ())]
            values["groups"] = sorted(groups[i] for i in getattr(record, "group_ids", ()))
            return repr(sorted(values.items()))

        return {
            "floors": sorted(map(shown, uow.floors.all(building.id))),
            "rooms": sorted(map(shown, uow.rooms.all(present))),
            "devices": sorted(map(shown, uow.devices.all(present))),
            "groups": sorted(map(shown, uow.groups.all(building.id))),
        }

    def store_sheets(self, building: Building, sheets: Sequence[KeptSheet]) -> None:
        """As an import that stored them."""
        job = make_import(building, filename="stored.xlsx")
        self.uploads.save_kept(uploaded_file(ORG, job), "cobie", sheets)

    def stored_rows(self, building: Building) -> dict[str, list[Any]]:
        """The rows that imports have only stored, by sheet."""
        rows: dict[str, list[Any]] = {}
        columns: list[str] = []
        present: list[Any] = []
        for line in self.store.kept_sheets(ORG, building.id):
            if line["kind"] == "kept_row":
                present.append(dict(zip(columns, line["values"], strict=True)))
            elif line["kind"] == "kept_sheet":
                present = rows.setdefault(line["name"], [])
                columns = line["columns"]
            else:
                rows[f"columns of {line['name']}"] = line["columns"]
        return rows


def read(file: Path) -> SourceModel:
    """As `ReaderBySuffix`; our own workbooks without the child process that strangers' need.

    Their cells are read too, as if another program had saved them.
    """
    if file.suffix == ".xlsx":
        problems = ProblemList()
        own = read_own_workbook(read_workbook(file, problems), problems)
        if own is not None:
            if is_sealed(file):
                assert read_untouched(file, ProblemList()) == own
            return own
    return ReaderBySuffix().read(file, profile="cobie")


def changes_of(job: ImportJob) -> dict[str, int]:
    """The counts of an import, but for what it leaves as it is."""
    counts = replace(job.counts, unchanged=0)
    return {f.name: n for f in fields(counts) if (n := getattr(counts, f.name))}
