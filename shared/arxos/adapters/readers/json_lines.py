"""Reads .jsonl: JSON lines as an export writes them (docs/json-lines.md)."""

import json
from collections.abc import Iterator
from pathlib import Path

from arxos.adapters.readers.file_kinds import other_kind
from arxos.adapters.readers.own_lines import model_of_lines
from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile
from arxos.domain.own_exports import Line
from arxos.domain.source import SourceModel

# Metadata is at most 16 KB, an outline has at most 1,000 points.
MAX_LINE = 1 << 20
_HEAD_BYTES = 4096


class JsonLinesReader:
    """A `BuildingFileReader` for .jsonl."""

    def read(self, path: Path, *, profile: str) -> SourceModel:  # noqa: ARG002  IFC only
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        problems = ProblemList()
        return model_of_lines(read_lines(path, problems), problems)


def read_lines(path: Path, problems: ProblemList) -> Iterator[tuple[int, Line]]:
    """The objects, each with its line's number; an error for each line that is none.

    Raises UnreadableFile for what is no text, and for a first line that is no object.
    """
    with path.open("rb") as start:
        head = start.read(_HEAD_BYTES)
    if (other := other_kind(head, ".jsonl")) is not None:
        raise UnreadableFile(other)
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            number = 0
            while text := file.readline(MAX_LINE + 1):
                number += 1
                if len(text) > MAX_LINE:
                    raise UnreadableFile(f"Line {number} is longer than {MAX_LINE:,} characters.")
                if not text.strip():
                    continue
                line = _object(text)
                if line is not None:
                    yield number, line
                elif number == 1:
                    raise UnreadableFile(
                        "This is not JSON lines: its first line is no JSON object."
                    )
                else:
                    problems.error(
                        "ROW_REFUSED",
                        f"Line {number} is no JSON object; it was not taken over.",
                        line=number,
                    )
            if number == 0:
                raise UnreadableFile("The file is empty.")
    except UnicodeDecodeError as error:
        raise UnreadableFile("This is not JSON lines: it is no text in UTF-8.") from error


def _object(text: str) -> Line | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
