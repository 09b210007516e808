"""Reads IFC files (2x3, 4 and 4.3, also in an ifczip) without trusting them or their libraries."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from arxos.adapters.readers.child_process import ChildRun, child_environment, run_child
from arxos.adapters.readers.ifc_finishing import Footprint, finish
from arxos.adapters.readers.ifc_profiles import PROFILES
from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

GIGABYTE = 1024**3
# A file with one solid that crashes the library may have a few more like it.
_MOST_CRASHES = 5


class ChildFailedError(Exception):
    """What the IFC process said before it died; the cause of an UnreadableFile, for the log."""


class IfcReader:
    """A `BuildingFileReader` for IFC.

    ifcopenshell is only ever loaded in child processes: on damaged files it crashes, hangs or
    takes all memory. The first child reads the records; should the second, which works out the
    rooms' footprints, fail, the records are kept and a warning says so.
    """

    def __init__(
        self,
        *,
        memory_bytes: int = GIGABYTE * 5 // 2,
        records_seconds: float = 240.0,
        footprints_seconds: float = 240.0,
        work_folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`work_folder`: where temporary files go, the system's own place if None."""
        self._memory_bytes = memory_bytes
        self._records_seconds = records_seconds
        self._footprints_seconds = footprints_seconds
        self._work_folder = work_folder
        self._environment = environment

    def read(self, path: Path, *, profile: str) -> SourceModel:
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        if profile not in PROFILES:
            raise ValueError(f"No such profile: {profile!r}. There are {', '.join(PROFILES)}.")
        with tempfile.TemporaryDirectory(prefix="arxos-ifc-", dir=self._work_folder) as folder:
            work = Path(folder)
            records = self._records(path.resolve(), work, profile)
            problems = ProblemList()
            footprints = self._footprints(records, work, problems)
            return finish(records.lines, footprints, problems)

    def _run(self, task: str, job: dict[str, Any], work: Path, seconds: float) -> ChildRun:
        environment = child_environment() if self._environment is None else self._environment
        run = run_child(
            "arxos.adapters.readers.ifc_child",
            task,
            {**job, "memory_bytes": self._memory_bytes},
            work,
            seconds,
            environment,
        )
        return replace(run, lines=list(run.lines))

    def _records(self, path: Path, work: Path, profile: str) -> ChildRun:
        job = {"input": str(path), "work": str(work), "profile": profile}
        run = self._run("records", job, work, self._records_seconds)
        for refusal in run.of("unreadable"):
            raise UnreadableFile(refusal["message"])
        if run.ending == "finished" and run.of("end"):
            return run
        raise UnreadableFile(self._why_not(run)) from ChildFailedError(run.stderr)

    def _why_not(self, run: ChildRun) -> str:
        if run.ending == "out of time":
            return (
                f"The file could not be read within {self._records_seconds:.0f} seconds. It is"
                " very large or damaged; split the model by storey or discipline, or export it"
                " again."
            )
        if run.ending == "out of memory":
            return (
                f"Reading the file takes more memory than the {self._memory_bytes / GIGABYTE:.1f}"
                " GB there is. Split the model by storey or discipline."
            )
        return (
            "The IFC reader broke down over this file: it is damaged, or takes more memory than"
            f" the {self._memory_bytes / GIGABYTE:.1f} GB there is. Export the model again; if that"
            " does not help, split it by storey or discipline."
        )

    def _footprints(
        self, records: ChildRun, work: Path, problems: ProblemList
    ) -> dict[int, Footprint]:
        """Goes on after a space whose solid crashes the library, without that space."""
        file = records.of("file")[0]
        numbers = {line["step_id"]: line["room"]["room_number"] for line in records.of("room")}
        pending = [line["step_id"] for line in records.of("room") if line["has_shape"]]
        found: dict[int, Footprint] = {}
        without: dict[int, str] = {}
        for _ in range(_MOST_CRASHES):
            if not pending:
                break
            job = {"path": file["path"], "frame": file["frame"], "step_ids": pending}
            run = self._run("footprints", job, work, self._footprints_seconds)
            for line in run.of("outline"):
                ring = tuple((x, y) for x, y in line["ring"])
                found[line["step_id"]] = Footprint(ring, line["area_m2"], line["height_m"])
            without |= {line["step_id"]: line["reason"] for line in run.of("no_outline")}
            tried = run.of("trying")
            pending = [n for n in pending if n not in found and n not in without]
            if run.ending == "finished":
                break
            if run.ending != "crashed" or not tried:
                break
            without[tried[-1]["step_id"]] = "its solid crashes the geometry library"
            pending = [n for n in pending if n not in without]
        _warn_about_footprints(numbers, without, pending, problems)
        return found


def _warn_about_footprints(
    numbers: Mapping[int, str],
    without: Mapping[int, str],
    pending: list[int],
    problems: ProblemList,
) -> None:
    for step_id, reason in without.items():
        problems.warn(
            "NO_FOOTPRINT",
            f"Room '{numbers[step_id]}' (#{step_id}) has no footprint: {reason}.",
            ifc_class="IfcSpace",
            field="footprint",
        )
    if pending:
        problems.warn(
            "FOOTPRINTS_MISSING",
            f"The outlines of {len(pending)} of {len(numbers)} rooms could not be worked out in"
            " the time and memory there is; these rooms were read without a footprint.",
            ifc_class="IfcSpace",
            field="footprint",
        )
