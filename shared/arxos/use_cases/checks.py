"""Holding a file, or the registry's records, against the rules of a handover."""

from dataclasses import dataclass, replace
from datetime import datetime

from arxos.domain.check_job import CheckJob, CheckSource, CheckStatus, checkable_fault
from arxos.domain.errors import Conflict, InvalidInput
from arxos.domain.handover.rule import Finding
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.checks import CheckStore
from arxos.ports.imports import Upload
from arxos.ports.lists import Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import create_record
from arxos.use_cases.import_plans import offset


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheck:
    """What is to be checked: a file that is to come, or the registry.

    An IDS names the import whose IFC file is held against it.
    """

    building_id: str
    source: CheckSource = CheckSource.FILE
    filename: str | None = None
    import_id: str | None = None

    def fault(self) -> InvalidInput | None:
        """Why there can be no such check."""
        if self.source is CheckSource.REGISTRY:
            given = {"filename": self.filename, "import_id": self.import_id}
            faults = {
                name: "The registry is checked without a file"
                for name, value in given.items()
                if value is not None
            }
        elif self.filename is None:
            faults = {"filename": "Filename is required, unless the source is 'registry'"}
        elif fault := checkable_fault(self.filename):
            faults = {"filename": fault}
        elif self.filename.lower().endswith(".ids") != (self.import_id is not None):
            faults = {
                "import_id": "An IDS needs the import_id of the IFC file that is held against it;"
                " no other file does"
            }
        else:
            return None
        return InvalidInput(next(iter(faults.values())), faults) if faults else None


def start_check(
    command: StartCheck,
    *,
    uow: UnitOfWork,
    store: CheckStore,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> tuple[CheckJob, Upload | None]:
    """Record a check and how its file is uploaded; a check of the registry begins by itself.

    Raises NotFound, Forbidden, InvalidInput, and ServiceUnavailable when it could not be ordered:
    the same request again orders the same check.
    """
    actor.rights.must(Permission.IMPORT_DATA, Place(command.building_id), kind="building")
    building = uow.buildings.get(command.building_id)
    if fault := command.fault():
        raise fault
    if command.import_id is not None:
        model = uow.imports.get(building.id, command.import_id)
        if not model.filename.lower().endswith((".ifc", ".ifczip")):
            message = f"That import read '{model.filename}', which is no IFC file"
            raise InvalidInput(message, {"import_id": message})
    job = CheckJob(
        id=new_id("check"),
        building_id=building.id,
        source=command.source,
        filename=command.filename,
        import_id=command.import_id,
        started_by=actor.user_id,
        started_by_name=actor.name,
        created_at=now,
        updated_at=now,
    )
    of_records = job.source is CheckSource.REGISTRY
    if of_records:
        job = replace(job, status=CheckStatus.CHECKING)
    begun = create_record(
        job.id,
        lambda: uow.checks.add(job.started(building.name)),
        lambda made: uow.checks.get(building.id, made),
        job,
        uow=uow,
    )
    if not of_records:
        return begun, store.presign(actor.organization_id, begun)
    if begun.status is CheckStatus.CHECKING:
        # Of a check that this request made before, the order may never have been sent.
        store.order(actor.organization_id, begun)
    return begun, None


def get_check(
    building_id: str, check_id: str, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> CheckJob:
    """One check, how far it is, and the first of what it found. Raises NotFound."""
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="check")
    return uow.checks.get(building_id, check_id).as_seen_at(now)


def list_checks(
    building_id: str, page: Page, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> Slice[CheckJob]:
    """A building's checks, the newest first. Raises NotFound for an unknown building."""
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="building")
    building = uow.buildings.get(building_id)
    found = uow.checks.list(building.id, page)
    return Slice(tuple(job.as_seen_at(now) for job in found.items), found.position)


def list_check_findings(
    building_id: str,
    check_id: str,
    rule: str | None,
    severity: str | None,
    page: Page,
    *,
    uow: UnitOfWork,
    store: CheckStore,
    actor: Actor,
    now: datetime,
) -> Slice[Finding]:
    """What a check found, the gravest first: all, or that of a rule, or of a severity.

    Raises NotFound, and Conflict while the check is not done.
    """
    job = get_check(building_id, check_id, uow=uow, actor=actor, now=now)
    if job.status is not CheckStatus.DONE:
        raise Conflict(f"There are no findings yet: the check is '{job.status}'.")
    begin, size = job.range_of(rule, severity)
    start = begin + offset(page)
    end = min(start + page.limit, begin + size)
    found = (
        tuple(store.findings(actor.organization_id, job, start=start, end=end))
        if start < end
        else ()
    )
    more = end < begin + size
    return Slice(found, str(end - begin) if more else None)
