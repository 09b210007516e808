"""Writing an import's devices in lanes, as whoever holds the import does: opening lanes, ordering
them to be written, waiting for them, and counting what they wrote.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile, Conflict
from arxos.domain.import_job import ImportJob
from arxos.domain.import_lane import IN_LANES_FROM, ImportLane, fault_error, floors_of, lanes_of
from arxos.ports.import_lanes import LaneOrder, LaneWriters
from arxos.ports.imports import ImportDesk, UploadedFile, UploadStore
from arxos.ports.orders import OutOfTime
from arxos.use_cases.import_lanes import collect_lane, end_lanes, settle_others
from arxos.use_cases.import_work import Clock, ImportWork, progress_at

# What a kill, or a cancellation, leaves announced and not written is bounded by it.
LANES_AT_ONCE = 8
SECONDS_BETWEEN_LOOKS = 0.3
PROGRESS_WORTH_SHOWING = 0.01
# No lane has moved: its order is lost, or its writer killed, which the queue takes 90 s to notice.
STANDSTILL = timedelta(seconds=45)
MAX_STANDSTILLS = 2


class _StoodStill(ChangedMeanwhile):
    """The lanes were ended before they were full; a new plan finds what is left."""


class LaneWork(ImportWork):
    """Work on an import whose devices may be written in lanes."""

    def __init__(
        self,
        file: UploadedFile,
        job: ImportJob,
        desk: ImportDesk,
        uploads: UploadStore,
        clock: Clock,
        *,
        until: datetime | None = None,
        lanes: LaneWriters | None = None,
    ) -> None:
        """Without `lanes` nothing is written in any."""
        super().__init__(file, job, desk, clock, until=until)
        self._uploads = uploads
        self._writers = lanes
        self._open: dict[int, ImportLane] = {}
        self._in_lanes = lanes is not None
        # Chunks that lanes have written before our eyes, and when that was last more than before.
        self._chunks_seen, self._seen_at = 0, clock()
        self._chunks_collected = 0
        self._standstills = 0

    def _goes_in_lanes(self, devices: list[Device]) -> bool:
        return self._in_lanes and len(devices) >= IN_LANES_FROM

    def _write_in_lanes(self, devices: Iterable[Device]) -> None:
        """All of them, or raises: the error of a lane's fault, Conflict when another holds the
        import by now, OutOfTime. Lanes go on without us; `_go_on_with_lanes` ends them.
        """
        fault = self._write_all(lanes_of(devices))
        if fault is not None:
            raise fault_error(fault)

    def _go_on_with_lanes(self) -> None:
        """End the lanes of an attempt before this one, and those that other imports have left."""
        ours = settle_others(self._chunk, self.job)
        if self._writers is None:
            self._end_lanes()
            return
        self._open.clear()
        for lane in ours:
            self._open[lane.first_chunk] = lane
            if not lane.is_over:
                self._order(lane)
        # Whatever their faults: the plan that follows finds what is left.
        with suppress(_StoodStill):
            self._write_all(iter(()))

    def _end_lanes(self) -> None:
        """Nothing more is written in our lanes, and all counters are exact."""
        self.job = end_lanes(self._chunk, self.job, at=self._clock())
        self._open.clear()

    def _write_all(self, cut: Iterator[list[list[Device]]]) -> str | None:
        """Until all lanes are over; the fault of one, after which no other was opened."""
        fault: str | None = None
        self._seen_at = self._clock()
        while True:
            while fault is None and len(self._open) < LANES_AT_ONCE:
                chunks = next(cut, None)
                if chunks is None:
                    break
                self._open_lane(chunks)
            if not self._open:
                return fault
            fault = self._collect_some() or fault

    def _open_lane(self, chunks: list[list[Device]]) -> None:
        self._check_time()
        devices = list(chain.from_iterable(chunks))
        first = self.job.chunks_done
        lane = ImportLane(
            building_id=self._file.building_id,
            import_id=self.job.id,
            first_chunk=first,
            location=self._uploads.save_lane(self._file, f"{first:06d}-{self.job.attempt}", chunks),
            chunks=len(chunks),
            floor_ids=floors_of(devices),
        )
        job = replace(
            self.job, chunks_done=first + len(chunks), updated_at=self._clock(), events=()
        )
        with self._chunk() as uow:
            uow.lanes.open(lane, devices)
            uow.imports.save(job)
        self.job = job
        self._open[first] = lane
        self._order(lane)

    def _order(self, lane: ImportLane) -> None:
        order = LaneOrder(
            organization_id=self._file.organization_id,
            building_id=lane.building_id,
            import_id=lane.import_id,
            first_chunk=lane.first_chunk,
        )
        if self._writers is not None:
            self._writers.queue.send(order)

    def _collect_some(self) -> str | None:
        """Count the lanes that are over, or wait a moment; the fault of one of them."""
        found = {
            lane.first_chunk: lane
            for lane in self._chunk().lanes.all(self._file.building_id, self.job.id)
        }
        if not self._open.keys() <= found.keys():
            raise Conflict("Another invocation has taken over this import.")
        over = [lane for lane in found.values() if lane.is_over]
        shown = replace(self.job, progress=self._progress_with(found.values()))
        for lane in over:
            self.job = shown = collect_lane(self._chunk, lane, shown, at=self._clock())
            self._chunks_collected += lane.done
            del self._open[lane.first_chunk]
        if not over:
            self._check_time()
            self._check_movement(sum(lane.done for lane in found.values()))
            if shown.progress - self.job.progress >= PROGRESS_WORTH_SHOWING:
                self._save(replace(shown, updated_at=self._clock()))
            if self._writers is not None:
                self._writers.pause(SECONDS_BETWEEN_LOOKS)
        return next((lane.fault for lane in over if lane.fault is not None), None)

    def _progress_with(self, lanes: Iterable[ImportLane]) -> float:
        counts = self.job.counts
        done = counts.created + counts.updated + sum(lane.written for lane in lanes)
        return max(self.job.progress, progress_at(done / max(1, self.job.plan_size)))

    def _check_movement(self, done_in_open_lanes: int) -> None:
        """Ends lanes that have stood still for long. Where none has ever moved, no writer takes
        orders; where they stand still again, something is wrong with a chunk, which we shall see
        ourselves: nothing goes in lanes any more.
        """
        done = self._chunks_collected + done_in_open_lanes
        if done > self._chunks_seen:
            self._chunks_seen, self._seen_at = done, self._clock()
        elif self._clock() - self._seen_at > STANDSTILL:
            self._standstills += 1
            self._in_lanes = done > 0 and self._standstills < MAX_STANDSTILLS
            self._end_lanes()
            raise _StoodStill

    def _check_time(self) -> None:
        if self._is_out_of_time():
            raise OutOfTime
