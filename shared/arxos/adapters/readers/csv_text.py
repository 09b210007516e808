"""Says what a file that is named .csv really is, and gives its lines in bounded portions."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from arxos.adapters.readers.file_kinds import other_kind
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.step_encoding import encoding_of
from arxos.domain.errors import UnreadableFile

_SAMPLE_BYTES = 64 * 1024
# A row has at most so many characters: more is a quotation mark that nothing closes, or no table.
MAX_ROW = 1_000_000
_GUESSED_FROM_BYTES = 4 * 1024 * 1024
_ENCODING_NAMES: dict[str, str] = {"cp932": "Shift-JIS", "cp1252": "Windows-1252 (Western)"}


def find_encoding(path: Path, problems: ProblemList) -> str:
    """The encoding of a text file. Raises UnreadableFile with what the file is instead."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if not head:
        raise UnreadableFile("The file is empty.")
    if (other := other_kind(head, ".csv")) is not None:
        raise UnreadableFile(other)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if (silent := _utf_16_without_mark(head)) is not None:
        return silent
    if b"\0" in head:
        raise UnreadableFile("This is not text, and so no .csv table.")
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        encoding = _guessed(path)
        problems.warn(
            "LETTERS_GUESSED",
            f"The table is not UTF-8; it was read as {_ENCODING_NAMES[encoding]}. Check names with"
            " letters outside ASCII.",
        )
        return encoding
    return "utf-8-sig"


def _guessed(path: Path) -> str:
    """Shift-JIS where all lines are that and Japanese, else Western."""
    with path.open("rb") as file:
        lines = file.read(_GUESSED_FROM_BYTES).split(b"\n")
    # The last one may be cut within a letter.
    encoding, _ = encoding_of([line for line in lines[:-1] or lines if not line.isascii()])
    return "cp1252" if encoding == "utf-8" else encoding


def _utf_16_without_mark(head: bytes) -> str | None:
    """Headings are mostly ASCII: in UTF-16 every other byte of theirs is zero."""
    first = head[:64]
    if len(first) >= 8 and not any(first[1::2]) and all(first[::2]):
        return "utf-16-le"
    if len(first) >= 8 and not any(first[::2]) and all(first[1::2]):
        return "utf-16-be"
    return None


class Lines:
    """A text file's lines for `csv.reader`, which would gather a row of any length."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._row_began = 1
        self._row_length = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_ROW):
            self._number += 1
            self._row_length += len(line)
            if self._row_length >= MAX_ROW:
                raise UnreadableFile(
                    f"The row that begins in line {self._row_began} has more than a million"
                    " characters: it is no table's, or a quotation mark in it is never closed."
                )
            yield line.replace("\0", "")

    def row_ended(self) -> None:
        """The next line begins a new row."""
        self._row_began, self._row_length = self._number + 1, 0
