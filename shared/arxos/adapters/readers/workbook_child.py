"""The process in which workbooks are read: strangers' files may swell it.

Run as `python -m arxos.adapters.readers.workbook_child workbook JOB`; JOB is a JSON file.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arxos.adapters.readers.child_process import write_lines
from arxos.adapters.readers.model_lines import lines_of
from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile


def main(arguments: list[str]) -> int:
    """The workbook's model, line by line."""
    _, job_path = arguments
    return write_lines(_workbook, job_path)


def _workbook(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from arxos.adapters.readers.check_sheet import without_checks
    from arxos.adapters.readers.cobie import is_cobie, read_cobie
    from arxos.adapters.readers.own_files import read_own_workbook, read_untouched
    from arxos.adapters.readers.workbook_sheets import read_workbook

    problems = ProblemList()
    path = Path(job["input"])
    try:
        if job.get("sealed"):
            model = read_untouched(path, problems)
        else:
            sheets = without_checks(read_workbook(path, problems))
            own = read_own_workbook(sheets, problems)
            if own is not None:
                model = own
            elif not is_cobie(sheets):
                from arxos.adapters.readers.tables import read_tables

                model = read_tables(sheets, problems)
            else:
                model = read_cobie(sheets, problems)
    except UnreadableFile as error:
        yield {"kind": "unreadable", "message": error.message}
        return
    yield from lines_of(model)
    yield {"kind": "end"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
