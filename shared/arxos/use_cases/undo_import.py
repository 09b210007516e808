"""Taking an import back: what it created goes, what it changed returns, what it removed comes back.

What somebody has edited since stays as it is and is listed. The import's own change files say what
it did; each step looks at the records as they are now, so that a killed undo goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from arxos.domain.errors import Conflict, NotFound
from arxos.domain.events import ImportUndoOrdered
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, kind_of_member
from arxos.domain.import_effects import Effect, edit_since, effects_of, returned, without_words
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.plain_values import plain, restored
from arxos.domain.record import Record
from arxos.domain.source import Problem
from arxos.domain.user import Actor
from arxos.ports.imports import ImportDesk, ImportOrder, UploadedFile, UploadStore
from arxos.ports.orders import Delivery, OrderQueue, OutOfTime
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_lanes import collect_lane, settle_others
from arxos.use_cases.import_run import FULL_CHUNK, MEMBERS_PER_CHUNK
from arxos.use_cases.import_work import Clock, ImportWork, carry_out, order_work

_PARENTS_FIRST = ("floor", "room", "device")
_PLACE = frozenset({"floor_id", "room_id", "room_ids"})
# A record may have 20 further rooms and 20 groups to leave; the chunk must hold the next one too.
_ROOM_FOR_ONE = 50
# Read in one call.
_AT_ONCE = 100


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


Step = Callable[[UnitOfWork], None]


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
        self._effects: dict[str, Effect] = {}
        self._steps_done = 0

    def give_up(self) -> None:
        fault = "The import could not be taken back to its end. What was taken back is whole."
        self._save(self.job.failed("UNDO_FAILED", fault, at=self._clock()))

    def do(self) -> ImportJob:
        """Records return before what needs them, and go after what holds them."""
        for lane in settle_others(self._chunk, self.job):
            self.job = collect_lane(self._chunk, lane, self.job, at=self._clock())
        changes = self._desk.changes(self._file, self.job)
        self._effects = effects_of(changes, before=self.job.undo_begun_at)
        groups = [(i, e) for i, e in self._effects.items() if e.kind == "group"]
        for group_id, effect in groups:
            self._take_out(group_id, effect)
        for kind in (*_PARENTS_FIRST, "group"):
            self._write(self._returned(kind))
        for kind in (*_PARENTS_FIRST, "group"):
            self._write(self._restored(kind))
        self._put_back(groups)
        for kind in reversed(_PARENTS_FIRST):
            self._write(self._unmade(kind))
        self._write(self._unmade("group"))
        self._uploads.forget_kept(self._file)
        if self._kept:
            self._uploads.save_report(self._file, tuple(self._kept))
        counts = replace(self.job.counts, conflicts=len(self._kept))
        self._save(replace(self.job, counts=counts).undone(tuple(self._kept), at=self._clock()))
        return self.job

    # ---- Records ----------------------------------------------------------------------------

    def _returned(self, kind: str) -> Iterator[Step]:
        """Records that the import removed, as they were."""
        for record_id, now, effect in self._found(kind, lambda effect: effect.is_gone):
            if now is not None:
                continue
            record = returned(
                record_id,
                effect,
                building_id=self._file.building_id,
                at=self._clock(),
                by=self.job.started_by,
            )
            yield lambda uow, r=record: _repository(uow, kind).add(r)  # type: ignore[misc]

    def _restored(self, kind: str) -> Iterator[Step]:
        """Records that the import changed, with their fields as before, where these still hold
        what it wrote.
        """
        for _, record, effect in self._found(kind, lambda effect: effect.is_changed):
            if record is None:
                continue  # somebody has removed it since
            back: dict[str, Any] = {}
            for name, after in effect.after.items():
                if not hasattr(record, name):
                    continue
                now, then = plain(getattr(record, name)), effect.before[name]
                if now == then or _empty(now, then):
                    continue
                if now == after:
                    back[name] = restored(record, name, then)
                else:
                    self._keep(record, name)
            if _PLACE & back.keys() and not _PLACE & effect.after.keys() <= back.keys():
                back = {n: v for n, v in back.items() if n not in _PLACE}
            if not back:
                continue
            forgot = replace(record, said=without_words(record.said, back.keys()))
            changed = forgot.changed(at=self._clock(), by=self.job.started_by, **back)
            yield lambda uow, r=changed: _repository(uow, kind).update(r)  # type: ignore[misc]

    def _unmade(self, kind: str) -> Iterator[Step]:
        """Records that the import created and nobody has touched since, if they hold nothing."""
        for _, record, effect in self._found(kind, lambda effect: effect.is_made):
            if record is None:
                continue
            fault = edit_since(record, effect) or self._held(record)
            if fault is not None:
                self._keep(record, fault)
                continue
            removed = record.removed(at=self._clock(), by=self.job.started_by)
            yield lambda uow, r=removed: _repository(uow, kind).remove(r)  # type: ignore[misc]

    def _held(self, record: Record) -> str | None:
        """What came later and would go, or stay alone, if the record went."""
        for name in ("rooms_count", "devices_count", "members_count"):
            if getattr(record, name, 0):
                return name
        for group_id in getattr(record, "group_ids", ()):
            effect = self._effects.get(group_id)
            if effect is None or record.id not in effect.entered:
                return "group_ids"
        return None

    def _keep(self, record: Record, name: str) -> None:
        what = {
            "said": "is described by another file too",
            "group_ids": "was put into a group since",
        }.get(name, f"was edited since ({name.replace('_', ' ')})")
        if name.endswith("_count"):
            what = "holds what came later"
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

    def _take_out(self, group_id: str, effect: Effect) -> None:
        """Members that the import put into a group leave it, but for a group of its own that
        somebody has edited: that one stays as it is.
        """
        group = self._group(group_id)
        if group is None or not effect.entered or (effect.is_made and edit_since(group, effect)):
            return
        present = set(self._registry().groups.all_members(group))
        self._move(group_id, leaving=[i for i in effect.entered if i in present])

    def _put_back(self, groups: Iterable[tuple[str, Effect]]) -> None:
        """Members that the import took out of groups, or removed with their memberships."""
        members = {group_id: list(effect.left) for group_id, effect in groups}
        begun = self.job.undo_begun_at
        for kind in ("room", "device"):
            for record_id, record, effect in self._found(kind, lambda effect: effect.is_gone):
                if record is None or (begun is not None and record.created_at < begun):
                    continue  # not as this undo has brought it back
                for group_id in effect.kept.get("group_ids", ()):
                    members.setdefault(group_id, []).append(record_id)
        for group_id, wanted in members.items():
            group = self._group(group_id) if wanted else None
            if group is None:
                continue
            present = set(self._registry().groups.all_members(group))
            held = self._records(i for i in wanted if i not in present)
            places = [i for i, r in held.items() if len(r.group_ids) < MAX_GROUPS_OF_A_RECORD]
            self._move(group_id, entering=places)

    def _move(
        self, group_id: str, *, entering: Sequence[str] = (), leaving: Sequence[str] = ()
    ) -> None:
        """So many in a chunk. The group forgets what documents said of its members."""
        for start in range(0, len(entering) + len(leaving), MEMBERS_PER_CHUNK):
            some = slice(start, start + MEMBERS_PER_CHUNK)
            self._write(iter([self._moving(group_id, entering[some], leaving[some])]))

    def _moving(self, group_id: str, entering: Sequence[str], leaving: Sequence[str]) -> Step:
        def step(uow: UnitOfWork) -> None:
            group = uow.groups.get(self._file.building_id, group_id)
            present = set(uow.groups.all_members(group))
            added = [i for i in entering if i not in present]
            removed = [i for i in leaving if i in present]
            moved = group.with_members(
                added=added, removed=removed, at=self._clock(), by=self.job.started_by
            )
            moved = replace(moved, said=without_words(group.said, {"members"}))
            uow.groups.change_members(moved, added=added, removed=removed)

        return step

    # ---- Reading ----------------------------------------------------------------------------

    def _found(
        self, kind: str, which: Callable[[Effect], bool]
    ) -> Iterator[tuple[str, Any, Effect]]:
        """Each of these records as it is now, or None, with what the import did to it."""
        ids = iter([i for i, e in self._effects.items() if e.kind == kind and which(e)])
        while some := list(islice(ids, _AT_ONCE)):
            held: dict[str, Any]
            if kind == "group":
                held = {i: self._group(i) for i in some}
            else:
                held = _repository(self._registry(), kind).get_some(self._file.building_id, some)
            for record_id in some:
                yield record_id, held.get(record_id), self._effects[record_id]

    def _group(self, group_id: str) -> Group | None:
        try:
            return self._registry().groups.get(self._file.building_id, group_id)
        except NotFound:
            return None

    def _records(self, ids: Iterable[str]) -> dict[str, Any]:
        by_kind: dict[str, list[str]] = {"device": [], "room": []}
        for record_id in ids:
            by_kind[kind_of_member(record_id)].append(record_id)
        found: dict[str, Any] = {}
        for kind, some in by_kind.items():
            held = _repository(self._registry(), kind).get_some(self._file.building_id, some)
            found |= {i: held[i] for i in some if i in held}
        return found

    # ---- Writing ----------------------------------------------------------------------------

    def _write(self, steps: Iterator[Step]) -> None:
        """In chunks; a chunk in which a record moved is tried step by step, so that only that one
        is left out.
        """
        step = next(steps, None)
        while step is not None:
            chunk: list[Step] = []
            try:
                with self._registry() as uow:
                    while step is not None and uow.writes < FULL_CHUNK - _ROOM_FOR_ONE:
                        chunk.append(step)
                        step(uow)
                        step = next(steps, None)
                    job = self._next(len(chunk))
                    uow.imports.save(job)
                self.job = job
            except (Conflict, NotFound):
                if self.is_cancelled():
                    raise
                if step is chunk[-1]:  # it could not even be queued
                    step = next(steps, None)
                for each in chunk:
                    self._write_one(each)

    def _write_one(self, step: Step) -> None:
        try:
            with self._registry() as uow:
                step(uow)
                job = self._next(1)
                uow.imports.save(job)
            self.job = job
        except (Conflict, NotFound) as moved:
            if self.is_cancelled():
                raise
            self._kept.append(
                Problem(severity="warning", code="EDITED_SINCE", message=moved.message)
            )

    def _next(self, steps: int) -> ImportJob:
        self._steps_done += steps
        done = round(self._steps_done / max(1, len(self._effects)), 2)
        return replace(
            self.job,
            chunks_done=self.job.chunks_done + 1,
            progress=max(self.job.progress, min(0.99, done)),
            updated_at=self._clock(),
            events=(),
        )

    def _registry(self) -> UnitOfWork:
        if self._is_out_of_time():
            raise OutOfTime
        return self._chunk()


def _repository(uow: UnitOfWork, kind: str) -> Any:
    return {"floor": uow.floors, "room": uow.rooms, "device": uow.devices, "group": uow.groups}[
        kind
    ]


def _empty(now: Any, before: Any) -> bool:
    return now in (None, [], {}) and before in (None, [], {})
