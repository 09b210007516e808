"""Reads a STEP file's text without a STEP library: what it defines, and where."""

import mmap
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

WINDOW_BYTES = 8 * 1024 * 1024

_STATEMENT_END = re.compile(rb";[ \t]*\r?\n")
# ISO 10303-21, 7.3: a string doubles its apostrophes, so 'a''b' is two matches side by side.
_STRING_OR_COMMENT = re.compile(rb"'[^']*'|/\*.*?\*/", re.DOTALL)
_DEFINITION = re.compile(rb"#(\d+)\s*=\s*([A-Za-z0-9_]*)")
_REFERENCE = re.compile(rb"#(\d+)")


@dataclass(slots=True)
class StepScan:
    """What the text of a STEP file says it holds."""

    ids: set[int] = field(default_factory=set)
    duplicate_ids: list[int] = field(default_factory=list)
    commented_ids: set[int] = field(default_factory=set)
    unclosed_comment: bool = False
    dangling_ids: list[int] = field(default_factory=list)
    entity_names: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many instances the text defines, those inside comments included."""
        return len(self.ids | self.commented_ids)


def windows(data: bytes | mmap.mmap, start: int = 0, size: int = WINDOW_BYTES) -> Iterator[bytes]:
    """The text in pieces that end at the end of a statement, not within a string or comment.

    Where damage leaves a string or comment open, a piece ends after four times `size` anyway.
    """
    while start < len(data):
        end = start
        apostrophes = opened = closed = 0
        while end < len(data):
            statement_end = _STATEMENT_END.search(data, max(end, min(start + size, len(data))))
            piece_end = len(data) if statement_end is None else statement_end.end()
            piece = data[end:piece_end]
            apostrophes += piece.count(b"'")
            opened += piece.count(b"/*")
            closed += piece.count(b"*/")
            end = piece_end
            if (apostrophes % 2 == 0 and opened == closed) or end - start > 4 * size:
                break
        yield data[start:end]
        start = end


def scan(path: Path) -> StepScan:
    """Every instance the text defines. References to what is defined nowhere are dangling."""
    result = StepScan()
    references: set[int] = set()
    with mapped(path) as data:
        for window in windows(data):
            for comment in re.findall(rb"/\*.*?\*/", window, re.DOTALL):
                result.commented_ids.update(int(n) for n, _ in _DEFINITION.findall(comment))
            text = _STRING_OR_COMMENT.sub(b"''", window)
            result.unclosed_comment |= b"/*" in text
            for number, name in _DEFINITION.findall(text):
                step_id = int(number)
                if step_id in result.ids:
                    result.duplicate_ids.append(step_id)
                result.ids.add(step_id)
                result.entity_names[name.decode("ascii").upper()] += 1
            references.update(map(int, set(_REFERENCE.findall(text))))
    result.commented_ids -= result.ids
    result.dangling_ids = sorted(references - result.ids - result.commented_ids)
    return result


def lines_of(path: Path, step_ids: set[int]) -> dict[int, int]:
    """The line on which each of the instances is defined, for those that start a line."""
    found: dict[int, int] = {}
    definition = re.compile(rb"\s*#(\d+)\s*=")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            match = definition.match(line)
            if match and (step_id := int(match[1])) in step_ids:
                found.setdefault(step_id, number)
    return found


def line_of(path: Path, step_id: int) -> int | None:
    """The line on which one instance is defined, wherever on the line it stands."""
    with mapped(path) as data:
        found = re.search(rb"#%d\s*=" % step_id, data)
        return None if found is None else data[: found.start()].count(b"\n") + 1


class mapped:  # noqa: N801 - used as a verb: `with mapped(path) as data`
    """The file's bytes without reading them all into memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self) -> mmap.mmap:
        return self._map

    def __exit__(self, *_: object) -> None:
        self._map.close()
        self._file.close()
