"""What is told of an import once an invocation has worked on it."""

from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.import_lane import ImportLane
from arxos.entrypoints.observation import Observation


def tell_import(seen: Observation, job: ImportJob | None) -> None:
    """Where it is now; what it has become and written counts when it has come to an end."""
    if job is None:
        seen.told["import_status"] = "nothing to do"
        return
    seen.told |= {
        "import_status": job.status.value,
        "records_created": job.counts.created,
        "records_updated": job.counts.updated,
        "records_unchanged": job.counts.unchanged,
    }
    if job.is_finished:
        seen.counted[f"Imports{job.status.value.capitalize()}"] = 1
    if job.status is ImportStatus.APPLIED:
        seen.counted["RecordsWritten"] = job.counts.created + job.counts.updated


def tell_lane(seen: Observation, lane: ImportLane | None) -> None:
    """How far a lane is; records count with their import."""
    if lane is not None:
        seen.told |= {"chunks_done": lane.done, "chunks": lane.chunks, "records": lane.written}
