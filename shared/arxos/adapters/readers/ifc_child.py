"""The process in which IFC libraries run: strangers' files may crash, hang or swell it.

Run as `python -m arxos.adapters.readers.ifc_child records|footprints JOB`; JOB is a JSON file.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arxos.adapters.readers.child_process import plain_fields, write_lines
from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile


def main(arguments: list[str]) -> int:
    """Flushes the room it tries, or a crash would take along which one it was."""
    task, job_path = arguments
    run = {"records": _records, "footprints": _footprints}[task]
    return write_lines(run, job_path, flush_on="trying")


def _records(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    problems = ProblemList()
    try:
        yield from _records_of(Path(job["input"]), Path(job["work"]), job["profile"], problems)
    except UnreadableFile as error:
        yield {"kind": "unreadable", "message": error.message}
        return
    for problem in problems.all():
        yield {"kind": "problem", "problem": plain_fields(problem)}
    yield {"kind": "end"}


def _records_of(
    source: Path, work: Path, profile: str, problems: ProblemList
) -> Iterator[dict[str, Any]]:
    from arxos.adapters.readers.ifc_file_check import check_ifc_file

    checked = check_ifc_file(source, work, problems)
    # Only now: most files that are no IFC never pay for loading the library.
    from arxos.adapters.readers.ifc_opening import open_model
    from arxos.adapters.readers.ifc_read_check import check_what_was_read
    from arxos.adapters.readers.ifc_records import read_records

    model = open_model(checked.path)
    check_what_was_read(checked.path, model, problems)
    records = read_records(model, checked.path, profile, problems)
    yield {
        "kind": "file",
        "schema": records.schema,
        "path": str(checked.path),
        "frame": plain_fields(records.building_frame),
    }
    yield {"kind": "building", "building": plain_fields(records.building)}
    for floor in records.floors:
        yield {"kind": "floor", "floor": plain_fields(floor)}
    for room in records.rooms:
        yield {"kind": "room", **plain_fields(room), "room": plain_fields(room.room)}
    for device in records.devices:
        yield {"kind": "device", "device": plain_fields(device)}
    for group in records.groups:
        yield {"kind": "group", "group": plain_fields(group)}


def _footprints(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from arxos.adapters.readers.ifc_footprints import OutlineMaker, outlines
    from arxos.adapters.readers.ifc_opening import open_model
    from arxos.adapters.readers.ifc_placement import Frame

    frame = Frame(**{name: tuple(vector) for name, vector in job["frame"].items()})
    maker = OutlineMaker(open_model(Path(job["path"])).file, frame)
    for step_id in job["step_ids"]:
        yield {"kind": "trying", "step_id": step_id}
        for _, found in outlines(maker, [step_id]):
            if isinstance(found, str):
                yield {"kind": "no_outline", "step_id": step_id, "reason": found}
            else:
                yield {"kind": "outline", "step_id": step_id, **plain_fields(found)}
    yield {"kind": "end"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
