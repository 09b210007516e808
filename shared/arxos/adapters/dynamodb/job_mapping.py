"""Imports, exports and deletions, the work that goes on for a while, as items and back."""

from dataclasses import asdict, fields
from typing import Any

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import DeletionItem, ExportItem, ImportItem, LaneItem
from arxos.domain.deletion import Deletion, DeletionStatus, RemovedCounts, Target
from arxos.domain.export_job import (
    ExportFormat,
    ExportJob,
    ExportKind,
    ExportScope,
    ExportStatus,
)
from arxos.domain.import_job import (
    ImportCheck,
    ImportCounts,
    ImportJob,
    ImportMode,
    ImportProfile,
    ImportStatus,
)
from arxos.domain.import_lane import ImportLane
from arxos.domain.source import Problem, SourceColumn
from arxos.domain.timestamps import from_iso, to_iso


def import_item(org: str, job: ImportJob) -> ImportItem:
    key = keys.import_job(org, job.building_id, job.id)
    return ImportItem(
        key.pk,
        key.sk,
        id=job.id,
        building_id=job.building_id,
        filename=job.filename,
        mode=job.mode.value,
        profile=job.profile.value,
        status=job.status.value,
        progress=job.progress,
        counts=asdict(job.counts),
        errors=[_stored_problem(p) for p in job.errors] or None,
        warnings=[_stored_problem(p) for p in job.warnings] or None,
        columns=[asdict(c) for c in job.columns] or None,
        check=asdict(job.check) if job.check else None,
        errors_count=job.errors_count,
        warnings_count=job.warnings_count,
        attempt=job.attempt,
        attempts=job.attempts,
        lease_until=to_iso(job.lease_until) if job.lease_until else None,
        chunks_done=job.chunks_done,
        plan_digest=job.plan_digest,
        plan_index=dict(job.plan_index) or None,
        plan_size=job.plan_size,
        is_approved=job.is_approved or None,
        apply_begun=job.apply_begun or None,
        remove=job.remove or None,
        is_cut_off=job.is_cut_off or None,
        group_begun=job.group_begun,
        undo_begun_at=to_iso(job.undo_begun_at) if job.undo_begun_at else None,
        started_by=job.started_by,
        started_by_name=job.started_by_name,
        created_at=to_iso(job.created_at),
        updated_at=to_iso(job.updated_at),
    )


def import_job(item: ImportItem) -> ImportJob:
    return ImportJob(
        id=item.id,
        building_id=item.building_id,
        filename=item.filename,
        mode=ImportMode(item.mode),
        profile=ImportProfile(item.profile),
        status=ImportStatus(item.status),
        progress=item.progress,
        counts=ImportCounts(**(item.counts or {})),
        errors=tuple(Problem(**p) for p in item.errors or ()),
        warnings=tuple(Problem(**p) for p in item.warnings or ()),
        columns=tuple(SourceColumn(**c) for c in item.columns or ()),
        check=ImportCheck(**item.check) if item.check else None,
        errors_count=int(item.errors_count),
        warnings_count=int(item.warnings_count),
        attempt=item.attempt,
        attempts=int(item.attempts),
        lease_until=from_iso(item.lease_until) if item.lease_until else None,
        chunks_done=int(item.chunks_done),
        plan_digest=item.plan_digest,
        plan_index=item.plan_index or {},
        plan_size=int(item.plan_size),
        is_approved=bool(item.is_approved),
        apply_begun=bool(item.apply_begun),
        remove=bool(item.remove),
        is_cut_off=bool(item.is_cut_off),
        group_begun=item.group_begun,
        undo_begun_at=from_iso(item.undo_begun_at) if item.undo_begun_at else None,
        started_by=item.started_by,
        started_by_name=item.started_by_name,
        created_at=from_iso(item.created_at),
        updated_at=from_iso(item.updated_at),
    )


def lane_item(org: str, lane: ImportLane) -> LaneItem:
    key = keys.lane(org, lane.building_id, lane.import_id, lane.first_chunk)
    return LaneItem(key.pk, key.sk, **{f.name: getattr(lane, f.name) for f in fields(lane)})


def lane(item: LaneItem) -> ImportLane:
    return ImportLane(
        building_id=item.building_id,
        import_id=item.import_id,
        first_chunk=int(item.first_chunk),
        location=item.location,
        chunks=int(item.chunks),
        floor_ids=frozenset(item.floor_ids),
        done=int(item.done),
        written=int(item.written),
        created=int(item.created),
        updated=int(item.updated),
        fault=item.fault,
        version=int(item.version),
    )


def export_item(org: str, job: ExportJob) -> ExportItem:
    key = keys.export_job(org, job.building_id, job.id)
    return ExportItem(
        key.pk,
        key.sk,
        id=job.id,
        building_id=job.building_id,
        format=job.format.value,
        scope={name: value for name, value in job.scope.shown().items() if value is not None},
        filename=job.filename,
        status=job.status.value,
        progress=job.progress,
        counts=dict(job.counts) or None,
        size_bytes=job.size_bytes,
        message=job.message,
        attempt=job.attempt,
        started_by=job.started_by,
        started_by_name=job.started_by_name,
        created_at=to_iso(job.created_at),
        updated_at=to_iso(job.updated_at),
        expires_at=int(job.expires_at.timestamp()),
    )


def export_job(item: ExportItem) -> ExportJob:
    scope = dict(item.scope)
    if "kind" in scope:
        scope["kind"] = ExportKind(scope["kind"])
    if "floor_ids" in scope:
        scope["floor_ids"] = tuple(scope["floor_ids"])
    return ExportJob(
        id=item.id,
        building_id=item.building_id,
        format=ExportFormat(item.format),
        scope=ExportScope(**scope),
        filename=item.filename,
        status=ExportStatus(item.status),
        progress=item.progress,
        counts=item.counts or {},
        size_bytes=None if item.size_bytes is None else int(item.size_bytes),
        message=item.message,
        attempt=item.attempt,
        started_by=item.started_by,
        started_by_name=item.started_by_name,
        created_at=from_iso(item.created_at),
        updated_at=from_iso(item.updated_at),
    )


def deletion_item(org: str, deletion: Deletion) -> DeletionItem:
    key = keys.deletion(org, deletion.id)
    return DeletionItem(
        key.pk,
        key.sk,
        id=deletion.id,
        target_kind=deletion.target.kind,
        target_id=deletion.target.id,
        target_label=deletion.target.label,
        building_id=deletion.target.building_id,
        floor_id=deletion.target.floor_id,
        status=deletion.status.value,
        total=deletion.total,
        removed=asdict(deletion.removed),
        message=deletion.message,
        version=deletion.version,
        started_by=deletion.started_by,
        started_by_name=deletion.started_by_name,
        created_at=to_iso(deletion.created_at),
        updated_at=to_iso(deletion.updated_at),
    )


def deletion(item: DeletionItem) -> Deletion:
    return Deletion(
        id=item.id,
        target=Target(
            kind=item.target_kind,
            id=item.target_id,
            building_id=item.building_id,
            floor_id=item.floor_id,
            label=item.target_label,
        ),
        status=DeletionStatus(item.status),
        total=int(item.total),
        removed=RemovedCounts(**item.removed),
        message=item.message,
        version=int(item.version),
        started_by=item.started_by,
        started_by_name=item.started_by_name,
        created_at=from_iso(item.created_at),
        updated_at=from_iso(item.updated_at),
    )


def _stored_problem(problem: Problem) -> dict[str, Any]:
    return {k: v for k, v in asdict(problem).items() if v is not None}
