"""Checks as items and back."""

from dataclasses import asdict
from typing import Any

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import CheckItem
from arxos.domain.check_job import CheckJob, CheckSource, CheckStatus
from arxos.domain.handover.rule import Finding, RuleResult, RuleSeverity
from arxos.domain.timestamps import from_iso, to_iso


def check_item(org: str, job: CheckJob) -> CheckItem:
    key = keys.check_job(org, job.building_id, job.id)
    return CheckItem(
        key.pk,
        key.sk,
        id=job.id,
        building_id=job.building_id,
        source=job.source.value,
        filename=job.filename,
        import_id=job.import_id,
        status=job.status.value,
        progress=job.progress,
        score=job.score,
        counts=dict(job.counts) or None,
        rules=[_stored(rule) for rule in job.rules] or None,
        findings=[_stored(finding) for finding in job.findings] or None,
        error_code=job.error_code,
        error_message=job.error_message,
        attempt=job.attempt,
        attempts=job.attempts,
        lease_until=to_iso(job.lease_until) if job.lease_until else None,
        started_by=job.started_by,
        started_by_name=job.started_by_name,
        created_at=to_iso(job.created_at),
        updated_at=to_iso(job.updated_at),
    )


def check_job(item: CheckItem) -> CheckJob:
    return CheckJob(
        id=item.id,
        building_id=item.building_id,
        source=CheckSource(item.source),
        filename=item.filename,
        import_id=item.import_id,
        status=CheckStatus(item.status),
        progress=item.progress,
        score=item.score,
        counts=item.counts or {},
        rules=tuple(RuleResult(**{"column": None, **_read(r)}) for r in item.rules or ()),
        findings=tuple(Finding(**_read(f)) for f in item.findings or ()),
        error_code=item.error_code,
        error_message=item.error_message,
        attempt=item.attempt,
        attempts=int(item.attempts),
        lease_until=from_iso(item.lease_until) if item.lease_until else None,
        started_by=item.started_by,
        started_by_name=item.started_by_name,
        created_at=from_iso(item.created_at),
        updated_at=from_iso(item.updated_at),
    )


def _stored(told: RuleResult | Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(told).items() if value is not None}


def _read(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "severity": RuleSeverity(fields["severity"])}
