"""A building with one of everything, for each access pattern to be run in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import boto3
from pynamodb.connection import Connection

from arxos.adapters.dynamodb.export_desk import DynamoExportDesk
from arxos.adapters.dynamodb.idempotency import DynamoAnswers
from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.migration_log import MigrationLog
from arxos.adapters.dynamodb.repositories.history import DynamoHistory
from arxos.adapters.dynamodb.search_index import DynamoSearchWords
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.adapters.dynamodb.whole_table import WholeTable
from arxos.adapters.exports.files import ExportFiles
from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, Target
from arxos.domain.device import Device
from arxos.domain.export_job import ExportJob
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.import_job import ImportJob
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.room import Room
from arxos.domain.search_words import RecordChange, searchable
from arxos.domain.user import User
from arxos.ports.exports import ExportOrder
from arxos.ports.imports import ImportOrder, UploadedFile, upload_location
from arxos.ports.migrations import MigrationOrder
from arxos.use_cases import (
    groups,
    history,
    records,
)
from arxos.use_cases.build_export import build_export
from arxos.use_cases.search import index_records
from tests.adapters.dynamodb.one_lane import OneLane
from tests.dynamodb_table import REGION
from tests.fakes import FakeChangeFiles, FakeExportStore
from tests.gateway_events import LambdaContext
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_actor,
    make_building,
    make_check,
    make_delivery,
    make_device,
    make_export,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_organization,
    make_room,
    make_user,
)

ADA = make_actor()
MIGRATION = MigrationOrder(number=2, direction="up", segments=1, rate=1e6, run="1")


class World:
    """A building with two floors, two rooms, devices, an import and a user."""

    def __init__(self, connection: Connection, table_name: str) -> None:
        self.connection = connection
        self.client = boto3.client("dynamodb", region_name=REGION)
        self.answers = DynamoAnswers(self.client, table_name, LambdaContext())
        self.whole_table = WholeTable(self.client, table_name)
        self.migrations = MigrationLog(self.whole_table, lambda: NOON)
        self.migrations.claim(replace(MIGRATION, number=1), "a")
        self.uow = DynamoUnitOfWork(connection, make_actor(), make_id)
        self.building: Building = make_building()
        self.floor: Floor = make_floor(self.building)
        self.upstairs: Floor = make_floor(self.building, floor_number=2)
        self.room: Room = make_room(self.floor)
        self.empty: Building = make_building(name="Empty")
        self.gone: Building = make_building(name="Gone")
        self.store: Room = make_room(self.floor, room_number="199")
        self.next_door: Room = make_room(self.floor, room_number="102")
        self.device: Device = make_device(self.floor, self.room)
        self.door: Device = make_device(self.floor, self.next_door, self.room)
        self.group: Group = make_group(self.building)
        self.job: ImportJob = make_import(self.building, attempt="a").started()
        self.check = make_check(self.building, attempt="a").started("North Tower")
        self.export: ExportJob = make_export(self.building, attempt="a")
        self.export_desk = DynamoExportDesk(connection, make_id)
        self.export_order = ExportOrder(
            organization_id=ORG, building_id=self.building.id, export_id=self.export.id
        )
        self.user: User = make_user(id="usr_ada")
        self.guest: User = make_user(role=Role.VIEWER)
        on_floor = Grant(role=Role.ENGINEER, building_id=self.building.id, floor_id=self.floor.id)
        self.on_one_floor = make_actor(grants=(on_floor,))
        with self.uow as uow:
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)
            uow.floors.add(self.upstairs)
            uow.rooms.add(self.room)
            uow.rooms.add(self.next_door)
            uow.rooms.add(self.store)
            uow.buildings.add(self.empty)
            uow.buildings.add(self.gone)
            uow.devices.add(self.device)
            uow.devices.add(self.door)
            uow.imports.add(self.job)
            uow.exports.add(self.export)
            uow.checks.add(self.check)
            uow.groups.add(self.group)
            uow.organizations.add(make_organization())
            uow.users.add(self.user)
            uow.users.add(self.guest)
        groups.replace_group_members(
            self.building.id,
            self.group.id,
            [self.device.id],
            [],
            versions=None,
            uow=self.uow,
            actor=ADA,
            now=NOON,
        )
        records.remove_empty(
            "building",
            self.gone.id,
            self.gone.id,
            versions=None,
            uow=self.uow,
            actor=ADA,
            now=LATER,
        )
        self.files = FakeChangeFiles()
        self.desk: DynamoImportDesk = DynamoImportDesk(connection, self.files, make_id)
        with self.desk.chunk(self.uploaded, self.job, 0) as uow:
            floor = replace(self.upstairs, events=())
            uow.floors.update(floor.changed(at=NOON, by=None, name="Upstairs"))
        self.swept: Device = make_device(self.floor)
        with self.uow as uow:
            uow.devices.add(self.swept)
        with self.desk.chunk(self.uploaded, self.job, 1) as uow:
            uow.devices.remove(replace(self.swept, events=()).removed(at=LATER, by="usr_ada"))
        self.history: DynamoHistory = DynamoHistory(ORG, lambda: self.files)
        self.old: Building = make_building(name="Old")
        self.deletion: Deletion = Deletion(
            id=make_id("deletion"),
            target=Target.of(self.old),
            total=1,
            created_at=NOON,
            updated_at=NOON,
        )
        with self.uow as uow:
            uow.buildings.add(self.old)
            uow.imports.add(make_import(self.old))
        with self.uow as uow:
            uow.deletions.begin(self.deletion.started(), self.old)
        # As a later request would load them: without the events of their creation.
        self.building = self.uow.buildings.get(self.building.id)
        self.floor = self.uow.floors.get(self.building.id, self.floor.id)
        self.room = self.uow.rooms.get(self.building.id, self.room.id)
        self.device = self.uow.devices.get(self.building.id, self.device.id)

        self.index(self.room)
        self.lanes: OneLane = OneLane(self.uow, self.desk)

    def index(self, record: Room | Device) -> None:
        change = RecordChange(organization_id=ORG, before=None, after=searchable(record))
        index_records([change], words=DynamoSearchWords(self.connection))

    def write(self, queue: Callable[[DynamoUnitOfWork], None]) -> None:
        with self.uow as uow:
            queue(uow)

    @property
    def import_order(self) -> ImportOrder:
        return ImportOrder(
            organization_id=ORG,
            building_id=self.building.id,
            import_id=self.job.id,
            action="apply",
        )

    @property
    def uploaded(self) -> UploadedFile:
        file = UploadedFile.at(upload_location(ORG, self.job))
        assert file is not None
        return file

    def claim(self) -> None:
        assert self.desk.claim(self.uploaded, attempt="a", now=NOON, until=LATER) is not None

    def build_export(self) -> None:
        """All but the claim."""
        held = self.export
        desk = SimpleNamespace(claim=lambda *_, **__: held, registry=self.export_desk.registry)
        built = build_export(
            self.export_order,
            make_delivery(LATER),
            desk=desk,
            writer=ExportFiles(),
            store=FakeExportStore(),
            clock=lambda: NOON,
        )
        assert built is not None

    @property
    def asked(self) -> dict[str, Any]:
        return {"uow": self.uow, "history": self.history, "actor": ADA}

    def room_as_of(self, moment: datetime) -> Room:
        was: Room = history.record_as_of(
            "room", self.building.id, self.room.id, moment, **self.asked
        )
        return was
