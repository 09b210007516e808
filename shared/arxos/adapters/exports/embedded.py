"""An export's own lines packed into texts that fit into a spreadsheet's cells, and back."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from arxos.domain.errors import UnreadableFile
from arxos.domain.own_exports import FORMAT, VERSION

MARK = f"{FORMAT} {VERSION}"
SHEET = "Arxos"
# The sheet of an export that says what its colours mean, and what stands in its first cell.
INSTRUCTION = "Instruction"
INSTRUCTION_MARK = "COBie 2.4 (NBIMS-US V3, 4.2)"
NOTE = (
    "This sheet holds what the others cannot, so that Arxos can read this workbook again without"
    " loss. Leave it as it is; what you change on the other sheets counts."
)
_PACKED_BYTES = 22_500  # 30,000 characters of base 64: a cell holds 32,767
MAX_UNPACKED_BYTES = 1024**3
_STEP = 1 << 20
_DAMAGED = (
    f"The sheet '{SHEET}' of this export is damaged: remove it, and the workbook is read like any"
    " other, or export the building again."
)


class Packer:
    """Packs lines; each call gives the texts that have become full."""

    def __init__(self) -> None:
        self._squeezed = zlib.compressobj()
        self._waiting = b""

    def add(self, text: str) -> list[str]:
        """One more line."""
        self._waiting += self._squeezed.compress(text.encode() + b"\n")
        return self._full()

    def finish(self) -> list[str]:
        """The last texts."""
        self._waiting += self._squeezed.flush()
        full = self._full()
        return [*full, _as_text(self._waiting)] if self._waiting else full

    def _full(self) -> list[str]:
        full = []
        while len(self._waiting) >= _PACKED_BYTES:
            full.append(_as_text(self._waiting[:_PACKED_BYTES]))
            self._waiting = self._waiting[_PACKED_BYTES:]
        return full


def unpacked(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The lines in texts that `Packer` made. Raises UnreadableFile for others."""
    try:
        for line in _lines(texts):
            value = json.loads(line)
            if not isinstance(value, dict):
                raise UnreadableFile(_DAMAGED)
            yield value
    except (binascii.Error, zlib.error, ValueError) as error:
        raise UnreadableFile(_DAMAGED) from error


def _lines(texts: Iterable[str]) -> Iterator[bytes]:
    squeezed = zlib.decompressobj()
    rest, size = b"", 0
    for text in texts:
        packed = base64.b64decode(text, validate=True)
        while packed:
            # Step by step: a cell may be packed a thousand to one.
            found = squeezed.decompress(packed, _STEP)
            packed = squeezed.unconsumed_tail
            size += len(found)
            if size > MAX_UNPACKED_BYTES:
                raise UnreadableFile(_DAMAGED)
            *whole, rest = (rest + found).split(b"\n")
            yield from whole
    if rest or not squeezed.eof:
        raise UnreadableFile(_DAMAGED)


def _as_text(packed: bytes) -> str:
    return base64.b64encode(packed).decode()
