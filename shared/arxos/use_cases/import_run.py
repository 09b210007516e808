"""One invocation's work on one import: comparing, and writing in chunks.

It may be killed anywhere and started again. One invocation at a time holds the import; each chunk
is one transaction that also moves the import's counts on and fails if another invocation has taken
over; and a new attempt compares the file with what is in the registry by then, so that what is
already there is found unchanged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import BeingDeleted, Conflict, InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.import_job import ImportCounts, ImportJob, ImportStatus
from arxos.domain.import_plan import GroupChange, ImportPlan, is_new
from arxos.domain.import_planning import plan_import
from arxos.domain.plan_entries import EntryKind, PlanListing
from arxos.domain.room import Room
from arxos.domain.source import Problem, SourceModel
from arxos.domain.stored_sheets import stored_problems
from arxos.ports.imports import Chunk
from arxos.ports.orders import OutOfTime
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.commit_beside import CommitBeside
from arxos.use_cases.import_work import PLANNED_PROGRESS, progress_at
from arxos.use_cases.lane_work import LaneWork

# A chunk is closed once it holds so many items: the next record may add its own item, a number
# holder or a further room, the counters of two floors and rooms, and three items of kept numbers;
# 100 is the limit.
FULL_CHUNK = 86
# Two items each, beside the group, the import and its history entry.
MEMBERS_PER_CHUNK = 48
# Other writers win now and then; an import that keeps losing is retried later as a whole.
MAX_PLANS = 5
SHOWN_MOVED = 20
FAILED_BY_US = (
    "Arxos could not finish this import, through no fault of the file. What it had written is"
    " whole; importing the file again adds only what is missing."
)


class ImportRun(LaneWork):
    """Plans and applies an import."""

    # What the plan found in the file, as the import lists it in the end.
    _listed: ImportJob

    def do(self) -> ImportJob:
        """Carry out what was planned of the file as it was read then."""
        model = self._uploads.model(self._file)
        try:
            return self.take_over(model)
        except InvalidInput as fault:
            return self.fail(fault.code, fault.message)

    def wait_its_turn(self) -> ImportJob:
        """Leave the import, once its file has been read, to whoever applies the building's."""
        self._save(self.job.waiting_its_turn(at=self._clock()))
        return self.job

    def give_up(self) -> None:
        if self.job.apply_begun:
            self._end_lanes()
        self.fail("IMPORT_FAILED", FAILED_BY_US)

    def take_over(self, model: SourceModel) -> ImportJob:
        """Plan, and write what is approved, until nothing is left to write.

        What is to be applied by itself waits for a person only when there are conflicts, or when
        the file lacks what its document had. A plan that somebody has read is carried out as it
        was, or not at all.
        """
        self._stored_only = (model.document or model.source, model.kept_sheets)
        for remaining in reversed(range(MAX_PLANS)):
            if self.job.is_approved:
                self._go_on_with_lanes()
            plan = self._plan(model)
            if not self.job.is_approved:
                return self._wait(plan)
            if not self.job.apply_begun:
                if self.job.plan_digest is None:
                    if plan.needs_a_person:
                        return self._wait(plan)
                elif self._is_outdated(plan):
                    return self._plan_anew(plan)
            try:
                return self._apply(plan)
            except BeingDeleted as deletion:
                # No new plan settles that.
                self._end_lanes()
                return self.fail("BEING_DELETED", deletion.message)
            except Conflict:
                # A record moved under the plan, or another invocation has taken the import over.
                # A new plan settles the first; the second fails here too, and must.
                if remaining == 0 or self.is_cancelled():
                    raise
        raise AssertionError("unreachable: the last plan returns or raises")

    def fail(self, code: str, message: str) -> ImportJob:
        """End the import with one error about the whole file."""
        self._save(self.job.failed(code, message, at=self._clock()))
        return self.job

    # ---- Planning ---------------------------------------------------------------------------

    def _plan(self, model: SourceModel) -> ImportPlan:
        registry = self._chunk()
        building = registry.buildings.get(self._file.building_id)
        plan = plan_import(
            model,
            building_id=building.id,
            shards=building.shards,
            floors=registry.floors.all(building.id),
            rooms=registry.rooms.all(building),
            devices=registry.devices.all(building),
            groups=_groups_that_count(model, registry, building),
            members_of=registry.groups.all_members,
            at=self._clock(),
            by=self.job.started_by,
        )
        problems = (*plan.gaps, *model.problems, *plan.problems, *self._stored())
        if problems:
            self._uploads.save_report(self._file, problems)
        self._listed = self.job.with_problems(problems).with_columns(model.columns)
        self._widen(building, plan.shards)
        return plan

    def _stored(self) -> tuple[Problem, ...]:
        document, sheets = self._stored_only
        if not sheets:
            return ()
        return stored_problems(self._uploads.kept(self._file), document, sheets)

    def _widen(self, building: Building, shards: int) -> None:
        """New shards must be listed before anything is in them."""
        if shards > building.shards and self.job.is_approved:
            with self._registry() as uow:
                uow.buildings.spread(building, shards)

    def _wait(self, plan: ImportPlan) -> ImportJob:
        """Keep the plan for a person to read, and to apply or not."""
        self._save(self._planned(plan))
        return self.job

    def _planned(self, plan: ImportPlan) -> ImportJob:
        listing = PlanListing(plan)
        self._uploads.save_plan(self._file, listing)
        counts = ImportCounts(
            created=plan.created,
            updated=plan.updated,
            unchanged=plan.unchanged,
            removed=len(plan.removable),
            conflicts=plan.conflicts,
        )
        return replace(
            self._with_problems(),
            status=ImportStatus.PLANNED,
            progress=1.0,
            counts=counts,
            plan_digest=listing.digest,
            plan_index=listing.counts,
            plan_size=plan.size,
            lease_until=None,
            is_approved=False,
            updated_at=self._clock(),
        )

    def _is_outdated(self, plan: ImportPlan) -> bool:
        listing = PlanListing(plan)
        listing.go_through()
        return listing.digest != self.job.plan_digest

    def _plan_anew(self, plan: ImportPlan) -> ImportJob:
        """What was approved is no longer what would be done: it is planned anew, and nothing done.

        The old plan's entries are still in the store until the new ones replace them.
        """
        labels = ", ".join(self._moved(plan)) or "records that are gone"
        problem = Problem(
            severity="error",
            code="PLAN_OUTDATED",
            message="The building has changed since this plan was made, and nothing was written."
            f" What differs now: {labels}. The plan was made anew; read it and apply it again.",
        )
        planned = self._planned(plan)
        self._save(
            replace(
                planned,
                errors=(problem, *planned.errors),
                errors_count=planned.errors_count + 1,
            )
        )
        return self.job

    def _moved(self, plan: ImportPlan) -> list[str]:
        """The first records of which the plan says something else than the stored one."""
        before = {
            hash((e.kind, e.record_id, str(e.fields)))
            for e in self._uploads.plan(self._file, size=self.job.entries_count)
        }
        moved = (
            f"'{e.label}'"
            for e in PlanListing(plan)
            if e.kind is not EntryKind.UNCHANGED
            and hash((e.kind, e.record_id, str(e.fields))) not in before
        )
        return list(islice(moved, SHOWN_MOVED))

    # ---- Writing ----------------------------------------------------------------------------

    def _apply(self, plan: ImportPlan) -> ImportJob:
        if not self.job.apply_begun:
            self._begin(plan)
        plan.same.clear()
        total = plan.created + plan.updated + plan.unchanged
        self._written, self._size = 0, plan.size + len(plan.removable)
        self._write_records(plan)
        for change in plan.groups:
            self._write_group(change)
        if self.job.remove:
            self._remove(plan)
        document, sheets = self._stored_only
        if sheets:
            self._uploads.save_kept(self._file, document, sheets)
        counts = self.job.counts
        self._save(
            self._with_problems().applied(
                replace(
                    counts, unchanged=max(0, total - counts.created - counts.updated), conflicts=0
                ),
                at=self._clock(),
            )
        )
        return self.job

    def _begin(self, plan: ImportPlan) -> None:
        """From here on the import is finished whatever moves, by planning again.

        A plan that somebody has approved is in the store as it is carried out.
        """
        digest, index = self.job.plan_digest, self.job.plan_index
        if digest is None:
            listing = PlanListing(plan)
            self._uploads.save_plan(self._file, listing)
            digest, index = listing.digest, listing.counts
        self._save(
            replace(
                self._listed,
                # Listed at the end: DynamoDB charges every chunk for the whole of this item.
                errors=(),
                warnings=(),
                columns=(),
                counts=ImportCounts(),
                status=ImportStatus.APPLYING,
                progress=PLANNED_PROGRESS,
                plan_index=index,
                plan_size=plan.size,
                plan_digest=digest,
                apply_begun=True,
                updated_at=self._clock(),
            )
        )

    def _write_records(self, plan: ImportPlan) -> None:
        if not self._goes_in_lanes(plan.devices):
            self._write_one_by_one(_in_order(plan))
            return
        self._write_one_by_one(chain(plan.floors, plan.rooms))
        self._write_in_lanes(_by_place(plan.devices))
        self._written += len(plan.devices)

    def _write_one_by_one(self, records: Iterator[Floor | Room | Device]) -> None:
        """Each chunk is prepared while the one before is committed; `job` runs ahead meanwhile."""
        committed = CommitBeside(self.job)
        try:
            with committed:
                self._write_each(records, committed)
        finally:
            self.job = committed.job

    def _write_each(
        self, records: Iterator[Floor | Room | Device], committed: CommitBeside
    ) -> None:
        record = next(records, None)
        while record is not None:
            counts = self.job.counts
            uow = self._registry()
            while record is not None and uow.writes < FULL_CHUNK:
                _queue(record, uow)
                counts = _counted(counts, record)
                self._written += 1
                record = next(records, None)
            job = self._next(counts)
            uow.imports.save(job)
            committed.follow(uow.prepared(), job)
            self.job = job

    def _write_group(self, change: GroupChange) -> None:
        """What the file says of the members is remembered last: a kill leaves it to be said again.

        A new group is counted when it is there, a changed one when its last change is.
        """
        group, remembered = change.group, change.group.said
        said = {
            document: {k: v for k, v in words.items() if k != "members"}
            for document, words in remembered.items()
        }
        if is_new(group):
            with self._registry() as uow:
                uow.groups.add(replace(group, said=said))
                job = self._next(_counted(self.job.counts, group))
                job = replace(job, group_begun=group.id)
                uow.imports.save(job)
            self.job = job
            group = replace(group, events=())
        added, removed = list(change.added), list(change.removed)
        while True:
            leaving = removed[:MEMBERS_PER_CHUNK]
            entering = added[: MEMBERS_PER_CHUNK - len(leaving)]
            removed, added = removed[len(leaving) :], added[len(entering) :]
            is_last = not added and not removed
            moved = group.with_members(
                added=entering, removed=leaving, at=self._clock(), by=self.job.started_by
            )
            moved = replace(moved, said=remembered if is_last else said)
            counts = self.job.counts
            if is_last and self.job.group_begun != group.id and moved.events:
                counts = replace(counts, updated=counts.updated + 1)
            with self._registry() as uow:
                uow.groups.change_members(moved, added=entering, removed=leaving)
                job = self._next(counts)
                if is_last:
                    job = replace(job, group_begun=None)
                uow.imports.save(job)
            self.job = job
            group = moved.stored()
            if is_last:
                self._written += 1
                return

    def _remove(self, plan: ImportPlan) -> None:
        """Groups, devices, then the rooms they leave empty, then the floors: each kind by itself,
        since a record and what it holds cannot change in one transaction.
        """
        for group in plan.removable:
            if isinstance(group, Group):
                self._remove_group(group)
        for kind in ("device", "room", "floor"):
            records = iter(
                [r for r in plan.removable if r.kind == kind and not isinstance(r, Group)]
            )
            record = next(records, None)
            while record is not None:
                counts = self.job.counts
                with self._registry() as uow:
                    while record is not None and uow.writes < FULL_CHUNK - 20:
                        _queue_removal(record, uow, at=self._clock(), by=self.job.started_by)
                        counts = replace(counts, removed=counts.removed + 1)
                        self._written += 1
                        record = next(records, None)
                    job = self._next(counts)
                    uow.imports.save(job)
                self.job = job

    def _remove_group(self, group: Group) -> None:
        """Its members leave it first; a kill leaves a smaller group, to be removed again."""
        members = list(self._registry().groups.all_members(group))
        while members:
            leaving, members = members[:MEMBERS_PER_CHUNK], members[MEMBERS_PER_CHUNK:]
            moved = group.with_members(
                added=(), removed=leaving, at=self._clock(), by=self.job.started_by
            )
            with self._registry() as uow:
                uow.groups.change_members(moved, added=(), removed=leaving)
                job = self._next(self.job.counts)
                uow.imports.save(job)
            self.job = job
            group = moved.stored()
        counts = replace(self.job.counts, removed=self.job.counts.removed + 1)
        with self._registry() as uow:
            uow.groups.remove(group.removed(at=self._clock(), by=self.job.started_by))
            job = self._next(counts)
            uow.imports.save(job)
        self.job = job
        self._written += 1

    def _next(self, counts: ImportCounts) -> ImportJob:
        progress = progress_at(self._written / self._size if self._size else 1.0)
        return replace(
            self.job,
            counts=counts,
            chunks_done=self.job.chunks_done + 1,
            progress=max(self.job.progress, progress),
            updated_at=self._clock(),
            events=(),
        )

    def _with_problems(self) -> ImportJob:
        return replace(
            self.job,
            errors=self._listed.errors,
            warnings=self._listed.warnings,
            errors_count=self._listed.errors_count,
            warnings_count=self._listed.warnings_count,
            columns=self._listed.columns,
        )

    def _registry(self) -> Chunk:
        if self.job.apply_begun and self._is_out_of_time():
            raise OutOfTime
        return self._chunk()


def _groups_that_count(
    model: SourceModel, registry: UnitOfWork, building: Building
) -> Iterable[Group]:
    """The building's groups, if the file can say anything of them."""
    if model.groups or "group" not in model.incomplete:
        return registry.groups.all(building.id)
    return ()


def _in_order(plan: ImportPlan) -> Iterator[Floor | Room | Device]:
    """Parents first. Floors and rooms stay in the plan's order, in which numbers are given up
    before they are taken.
    """
    return chain(plan.floors, plan.rooms, _by_place(plan.devices))


def _by_place(devices: list[Device]) -> list[Device]:
    """By floor and room, so that a chunk touches few counters."""
    return sorted(devices, key=lambda d: (d.floor_id, d.room_ids, d.id))


def _queue(record: Floor | Room | Device, uow: UnitOfWork) -> None:
    new = is_new(record)
    if isinstance(record, Floor):
        (uow.floors.add if new else uow.floors.update)(record)
    elif isinstance(record, Room):
        (uow.rooms.add if new else uow.rooms.update)(record)
    else:
        (uow.devices.add if new else uow.devices.update)(record)


def _queue_removal(
    record: Floor | Room | Device, uow: UnitOfWork, *, at: datetime, by: str | None
) -> None:
    if isinstance(record, Floor):
        uow.floors.remove(record.removed(at=at, by=by))
    elif isinstance(record, Room):
        uow.rooms.remove(record.removed(at=at, by=by))
    else:
        uow.devices.remove(record.removed(at=at, by=by))


def _counted(counts: ImportCounts, record: object) -> ImportCounts:
    """A record that only learns what its document says shows no change."""
    events = getattr(record, "events", ())
    if not events:
        return counts
    if is_new(record):  # type: ignore[arg-type]
        return replace(counts, created=counts.created + 1)
    return replace(counts, updated=counts.updated + 1)
