"""Taking an import back: what it created goes, what it changed returns, what it removed comes back.

What somebody has edited since stays as it is and is listed. The import's own change files say what
it did; each step looks at the records as they are now, so that a killed undo goes on where it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import ArxosError, Conflict, NotFound
from arxos.domain.events import ImportUndoOrdered
from arxos.domain.floor import Floor
from arxos.domain.history import Change
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.plain_values import plain, restored
from arxos.domain.record import BOOKKEEPING, Record
from arxos.domain.room import Room
from arxos.domain.source import Problem
from arxos.domain.user import Actor
from arxos.ports.imports import ImportDesk, ImportOrder, UploadedFile, UploadStore
from arxos.ports.orders import Delivery, OrderQueue, OutOfTime
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_run import FULL_CHUNK
from arxos.use_cases.import_work import Clock, ImportWork, carry_out, order_work

_TYPES: dict[str, type[Any]] = {"floor": Floor, "room": Room, "device": Device}
_PLACE = frozenset({"floor_id", "room_id", "room_ids"})
# A record may have 20 further rooms and 20 groups to leave; the chunk must hold the next one too.
_ROOM_FOR_ONE = 50


def order_undo(
    building_id: str,
    import_id: str,
    *,
    uow: UnitOfWork,
    queue: OrderQueue[ImportOrder],
    actor: Actor,
    now: datetime,
) -> ImportJob:
    """Order an import to be taken back that was applied, or stopped while it was.

    Raises NotFound, and Conflict for any other. Ordering twice orders once.
    """

    def ordered(job: ImportJob) -> ImportJob | None:
        if job.status is ImportStatus.APPLYING and job.undo_begun_at is not None:
            return None
        if not job.can_be_undone:
            nothing = " and has written nothing" if job.status is ImportStatus.FAILED else ""
            raise Conflict(
                "Only what an import has written can be undone;"
                f" this one is '{job.status}'{nothing}."
            )
        return job.undo_ordered(at=now, by=actor.user_id, event=ImportUndoOrdered)

    order = ImportOrder(
        organization_id=actor.organization_id,
        building_id=building_id,
        import_id=import_id,
        action="undo",
    )
    return order_work(order, ordered, uow=uow, queue=queue, actor=actor, now=now)


def undo_import(
    order: ImportOrder,
    delivery: Delivery,
    *,
    desk: ImportDesk,
    uploads: UploadStore,
    queue: OrderQueue[ImportOrder],
    clock: Clock,
) -> ImportJob | None:
    """Take an import back, as `carry_out`."""

    def work_on(file: UploadedFile, job: ImportJob) -> _Undo:
        return _Undo(file, job, desk, uploads, clock, until=delivery.until)

    return carry_out(
        order,
        delivery,
        work_on,
        is_ordered=lambda job: job.undo_begun_at is not None,
        desk=desk,
        queue=queue,
        clock=clock,
    )


@dataclass(slots=True)
class _Done:
    """What the import did to one record, in all: each field as it was before and is after."""

    kind: str
    label: str
    created: bool = False
    removed: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


class _Undo(ImportWork):
    def __init__(
        self,
        file: UploadedFile,
        job: ImportJob,
        desk: ImportDesk,
        uploads: UploadStore,
        clock: Clock,
        *,
        until: datetime,
    ) -> None:
        super().__init__(file, job, desk, clock, until=until)
        self._uploads = uploads
        self._kept: list[Problem] = []

    def give_up(self) -> None:
        fault = "The import could not be taken back to its end. What was taken back is whole."
        self._save(self.job.failed("UNDO_FAILED", fault, at=self._clock()))

    def do(self) -> ImportJob:
        done = self._what_it_did()
        registry = self._registry()
        ids = {kind: [i for i, d in done.items() if d.kind == kind] for kind in _TYPES}
        gone = {i: d for i, d in done.items() if d.removed and not d.created}
        made = {i: d for i, d in done.items() if d.created and not d.removed}
        changed = {i: d for i, d in done.items() if not d.created and not d.removed}
        self._regroup(registry, done)
        for kind in ("floor", "room", "device"):
            self._write(self._returned(kind, [i for i in ids[kind] if i in gone], gone))
        for kind in ("floor", "room", "device"):
            self._write(self._restored(kind, [i for i in ids[kind] if i in changed], changed))
        for kind in ("device", "room", "floor"):
            self._write(self._unmade(kind, [i for i in ids[kind] if i in made], made))
        self._uploads.forget_kept(self._file)
        if self._kept:
            self._uploads.save_report(self._file, tuple(self._kept))
        counts = replace(self.job.counts, conflicts=len(self._kept))
        self._save(replace(self.job, counts=counts).undone(tuple(self._kept), at=self._clock()))
        return self.job

    # ---- What the import did ----------------------------------------------------------------

    def _what_it_did(self) -> dict[str, _Done]:
        """Its changes, the newest first; what this undo has written is not among them."""
        begun = self.job.undo_begun_at
        done: dict[str, _Done] = {}
        for change in self._desk.changes(self._file, self.job):
            if begun is not None and change.at is not None and change.at >= begun:
                continue
            each = done.setdefault(change.record_id, _Done(change.record_kind, change.record_label))
            self._take_in(each, change)
        return done

    def _take_in(self, done: _Done, change: Change) -> None:
        type_ = _TYPES.get(change.record_kind)
        if change.event.endswith("Removed"):
            done.removed = True
        if type_ is not None and change.event == type_.created_event.__name__:
            done.created = True
        if change.event == "GroupAdded":
            done.created = True
        for name, (before, after) in change.changes.items():
            done.after.setdefault(name, after)
            done.before[name] = before

    # ---- Records ----------------------------------------------------------------------------

    def _returned(
        self, kind: str, ids: list[str], gone: dict[str, _Done]
    ) -> Iterator[Callable[[UnitOfWork], None]]:
        """Records that the import removed, as they were."""
        for record_id in ids:
            if self._find(kind, record_id) is not None:
                continue
            record = self._made_of(kind, record_id, gone[record_id].before)
            yield lambda uow, r=record: _repository(uow, kind).add(r)  # type: ignore[misc]

    def _made_of(self, kind: str, record_id: str, values: dict[str, Any]) -> Record:
        type_ = _TYPES[kind]
        names = {f.name for f in fields(type_)} - BOOKKEEPING
        probe = replace(_PROBES[kind], building_id=self._file.building_id)
        given = {n: restored(probe, n, v) for n, v in values.items() if n in names}
        made: Record = type_.create(
            at=self._clock(),
            created_by=self.job.started_by,
            id=record_id,
            **{**given, "building_id": self._file.building_id},
        )
        return made

    def _restored(
        self, kind: str, ids: list[str], changed: dict[str, _Done]
    ) -> Iterator[Callable[[UnitOfWork], None]]:
        """Records that the import changed, with their fields as before, where these still hold
        what it wrote.
        """
        for record_id in ids:
            record = self._find(kind, record_id)
            if record is None:
                continue  # somebody has removed it since
            done = changed[record_id]
            back: dict[str, Any] = {}
            for name, after in done.after.items():
                if not hasattr(record, name):
                    continue
                now = plain(getattr(record, name))
                if now == plain(done.before[name]) or _empty(now, done.before[name]):
                    continue
                if now == after:
                    back[name] = restored(record, name, done.before[name])
                else:
                    self._keep(record, name)
            if not back:
                continue
            if _PLACE & back.keys() and not _PLACE & done.after.keys() <= back.keys():
                back = {n: v for n, v in back.items() if n not in _PLACE}
            returned = self._without_words(record, set(back))
            returned = returned.changed(at=self._clock(), by=self.job.started_by, **back)
            yield lambda uow, r=returned: _repository(uow, kind).update(r)  # type: ignore[misc]

    def _without_words(self, record: Record, names: set[str]) -> Record:
        """The record forgetting what the file said of these fields: said again, it is news."""
        said = {
            document: {n: d for n, d in words.items() if n not in names}
            for document, words in record.said.items()
        }
        return replace(record, said=said)

    def _unmade(
        self, kind: str, ids: list[str], made: dict[str, _Done]
    ) -> Iterator[Callable[[UnitOfWork], None]]:
        """Records that the import created and nobody has touched since, if they hold nothing."""
        for record_id in ids:
            record = self._find(kind, record_id)
            if record is None:
                continue
            edited = [
                name
                for name, after in made[record_id].after.items()
                if hasattr(record, name) and plain(getattr(record, name)) != after
            ]
            held = [name for name in ("rooms_count", "devices_count") if getattr(record, name, 0)]
            if edited or held:
                self._keep(record, edited[0] if edited else held[0])
                continue
            removed = record.removed(at=self._clock(), by=self.job.started_by)
            yield lambda uow, r=removed: _repository(uow, kind).remove(r)  # type: ignore[misc]

    def _keep(self, record: Record, name: str) -> None:
        what = (
            "holds what came later"
            if name.endswith("_count")
            else f"was edited since ({name.replace('_', ' ')})"
        )
        self._kept.append(
            Problem(
                severity="warning",
                code="EDITED_SINCE",
                message=f"{record.kind.capitalize()} '{record.label}' {what}, and was left so.",
                key=record.id,
                field=name,
            )
        )

    # ---- Groups -----------------------------------------------------------------------------

    def _regroup(self, registry: UnitOfWork, done: dict[str, _Done]) -> None:
        """Members that the import put into groups leave them; groups it made go when empty."""
        for group_id, each in done.items():
            if each.kind != "group":
                continue
            try:
                group = registry.groups.get(self._file.building_id, group_id)
            except NotFound:
                continue
            present = set(registry.groups.all_members(group))
            leaving = [m for m in each.after.get("members_added") or () if m in present]
            while leaving:
                now, leaving = leaving[:48], leaving[48:]
                moved = group.with_members(
                    added=(), removed=now, at=self._clock(), by=self.job.started_by
                )
                with self._registry() as uow:
                    uow.groups.change_members(replace(moved, said={}), added=(), removed=now)
                    job = self._next()
                    uow.imports.save(job)
                self.job = job
                group = moved.stored()
            if each.created and group.members_count == 0:
                gone = group.removed(at=self._clock(), by=self.job.started_by)
                with self._registry() as uow:
                    uow.groups.remove(gone)
                    job = self._next()
                    uow.imports.save(job)
                self.job = job

    # ---- Writing ----------------------------------------------------------------------------

    def _write(self, steps: Iterator[Callable[[UnitOfWork], None]]) -> None:
        """In chunks; a chunk in which a record moved is tried step by step, so that only that one
        is left out.
        """
        step = next(steps, None)
        while step is not None:
            chunk: list[Callable[[UnitOfWork], None]] = []
            try:
                with self._registry() as uow:
                    while step is not None and uow.writes < FULL_CHUNK - _ROOM_FOR_ONE:
                        step(uow)
                        chunk.append(step)
                        step = next(steps, None)
                    job = self._next()
                    uow.imports.save(job)
                self.job = job
            except Conflict:
                if self.is_cancelled():
                    raise
                for each in chunk:
                    self._write_one(each)

    def _write_one(self, step: Callable[[UnitOfWork], None]) -> None:
        try:
            with self._registry() as uow:
                step(uow)
                job = self._next()
                uow.imports.save(job)
            self.job = job
        except Conflict as moved:
            self._kept.append(
                Problem(severity="warning", code="EDITED_SINCE", message=moved.message)
            )

    def _next(self) -> ImportJob:
        return replace(
            self.job,
            chunks_done=self.job.chunks_done + 1,
            progress=min(0.99, round(self.job.progress + 0.01, 2)),
            updated_at=self._clock(),
            events=(),
        )

    def _find(self, kind: str, record_id: str) -> Any:
        try:
            return _repository(self._registry(), kind).get(self._file.building_id, record_id)
        except ArxosError as error:
            if isinstance(error, NotFound):
                return None
            raise

    def _registry(self) -> UnitOfWork:
        if self._is_out_of_time():
            raise OutOfTime
        return self._chunk()


def _repository(uow: UnitOfWork, kind: str) -> Any:
    return {"floor": uow.floors, "room": uow.rooms, "device": uow.devices}[kind]


def _empty(now: Any, before: Any) -> bool:
    return now in (None, [], {}) and before in (None, [], {})


# `restored` asks a record for the types of its fields.
_PROBES: dict[str, Any] = {
    "floor": Floor(id="flr_0", building_id="bld_0", floor_number=0),
    "room": Room(id="rm_0", building_id="bld_0", floor_id="flr_0", room_number="0"),
    "device": Device(id="dev_0", building_id="bld_0", floor_id="flr_0", name="-", device_type="-"),
}
