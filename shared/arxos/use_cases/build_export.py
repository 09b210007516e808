"""Building an export in the background: the registry is walked once, page by page, into a file.

A killed worker leaves nothing but its progress: the order comes again, and the next begins anew.
The file is put in its place at the end.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import ArxosError, Conflict, NotFound
from arxos.domain.export_job import FAILED_BY_US, ExportJob, ExportScope
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.own_exports import Line, header, line_of
from arxos.domain.room import Room
from arxos.domain.text_rules import folded
from arxos.ports.exports import ExportDesk, ExportOrder, ExportStore, ExportWriter
from arxos.ports.orders import Delivery
from arxos.ports.registry import UnitOfWork

# How many records are written between two saves of the progress.
SAVED_EVERY = 5_000


def build_export(
    order: ExportOrder,
    delivery: Delivery,
    *,
    desk: ExportDesk,
    writer: ExportWriter,
    store: ExportStore,
    clock: Callable[[], datetime],
) -> ExportJob | None:
    """Build what was ordered; None when there is nothing to do.

    Any error is raised, so that the order comes back, and at the last try recorded in the export.
    """
    job = desk.claim(order, attempt=delivery.attempt, now=clock())
    if job is None:
        return None
    work = _Work(order, job, desk, store, clock)
    try:
        with writer.written(work.lines(), job.format) as file:
            store.put(order.organization_id, job, file.path)
            size = file.path.stat().st_size
        done = work.job.ready(dict(work.counts), size, message=file.message, at=clock())
        return work.save(done)
    except NotFound:  # the building is gone, and this export with it
        return None
    except Conflict:  # a later delivery has taken over
        return None
    except Exception:
        if delivery.is_last:
            work.give_up()
        raise


class _Work:
    def __init__(
        self,
        order: ExportOrder,
        job: ExportJob,
        desk: ExportDesk,
        store: ExportStore,
        clock: Callable[[], datetime],
    ) -> None:
        self.job = job
        self.counts: Counter[str] = Counter()
        self._order, self._desk, self._store, self._clock = order, desk, store, clock
        self._total = 0

    def lines(self) -> Iterator[Line]:
        """Every line of the export, the header first; the progress is saved now and then."""
        registry = self._desk.registry(self._order, self.job)
        building = registry.buildings.get(self.job.building_id)
        self._total = building.floors_count + building.rooms_count + building.devices_count
        scope = self.job.scope
        yield header(
            building,
            at=self.job.created_at,
            as_=self.job.format.value,
            scope=scope.shown(),
            made_by=self._email(registry),
        )
        if scope.is_whole:
            yield from self._store.kept_sheets(self._order.organization_id, building.id)
        for line in _record_lines(registry, building, scope):
            yield line
            self.counts[f"{line['kind']}s"] += 1
            if self.counts.total() % SAVED_EVERY == 0:
                self.save(self.job.moved_on(dict(self.counts), self._total, at=self._clock()))

    def save(self, job: ExportJob) -> ExportJob:
        """Keep the export's state, if nobody has taken it over."""
        with self._desk.registry(self._order, job) as uow:
            uow.exports.save(job)
        self.job = job
        return job

    def give_up(self) -> None:
        """Record that no further try comes."""
        try:
            self.save(self.job.failed(FAILED_BY_US, at=self._clock()))
        except ArxosError:  # what went wrong before this counts
            return

    def _email(self, registry: UnitOfWork) -> str | None:
        """COBie wants each row's maker: here, whoever asked for the export."""
        try:
            return registry.users.get(self.job.started_by or "").email
        except NotFound:
            return None


def _record_lines(registry: UnitOfWork, building: Building, scope: ExportScope) -> Iterator[Line]:
    """Floors, groups, rooms, devices; of groups only with the whole building."""
    floors: set[str] = set()
    for floor in registry.floors.all(building.id):
        if scope.floor_ids is None or floor.id in scope.floor_ids:
            floors.add(floor.id)
            if scope.kind != "floors" or _is_found(scope, floor.status, floor.name):
                yield line_of(floor)
    has_groups = scope.floor_ids is None
    if has_groups:
        for group in registry.groups.all(building.id):
            if scope.group_id in (None, group.id):
                yield line_of(group)
    if scope.kind == "floors":
        return
    zone, system = _wanted_group(registry, building, scope)
    rooms: set[str] = set()
    for room in registry.rooms.all(building):
        if room.floor_id in floors and _has_room(scope, zone, room):
            rooms.add(room.id)
            yield _line(room, has_groups)
    in_rooms_only = scope.room_type is not None or scope.room_id is not None or zone is not None
    for device in registry.devices.all(building) if scope.kind != "rooms" else ():
        if device.floor_id in floors and _has_device(scope, system, device):
            shown = [i for i in device.room_ids if i in rooms]
            if shown or not in_rooms_only:
                yield _line(device, has_groups, room_ids=shown)


def _wanted_group(
    registry: UnitOfWork, building: Building, scope: ExportScope
) -> tuple[str | None, str | None]:
    """The zone, or the system, that is asked for: the one has rooms, the other devices."""
    if scope.group_id is None:
        return None, None
    group = registry.groups.get(building.id, scope.group_id)
    return (group.id, None) if group.group_kind == "zone" else (None, group.id)


def _line(record: Floor | Room | Device | Group, has_groups: bool, **changes: object) -> Line:
    """The groups are the building's: who sees a floor of it does not see them."""
    if not has_groups:
        changes["group_ids"] = ()
    return line_of(record, **changes)


def _has_room(scope: ExportScope, zone: str | None, room: Room) -> bool:
    """A status and words are the devices', but where rooms are asked for."""
    if scope.kind == "rooms" and not _is_found(scope, room.status, room.room_number, room.name):
        return False
    return (
        scope.room_type in (None, room.room_type)
        and scope.room_id in (None, room.id)
        and (zone is None or zone in room.group_ids)
    )


def _has_device(scope: ExportScope, system: str | None, device: Device) -> bool:
    numbers = (device.tag_number, device.serial_number, device.barcode)
    return (
        scope.device_type in (None, device.device_type)
        and (system is None or system in device.group_ids)
        and _is_found(scope, device.status, device.name, *numbers)
    )


def _is_found(scope: ExportScope, status: str, *texts: str | None) -> bool:
    if scope.status not in (None, status):
        return False
    return scope.q is None or any(folded(scope.q) in folded(text) for text in texts if text)
