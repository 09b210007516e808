"""A mark on a workbook of ours that goes when another program saves it.

As long as it fits, the cells say what the export's own lines say, and only these need be read:
a large workbook comes back in the memory and time of its lines. It proves nothing and guards
nothing: who forges one has written lines of their own, as anybody may in a `.jsonl`.
"""

import hashlib
import zipfile
from pathlib import Path

from arxos.adapters.exports.embedded import MARK


def seal(path: Path) -> None:
    """Mark the finished workbook, in the comment of its archive."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = _mark(archive)


def is_sealed(path: Path) -> bool:
    """Whether nobody has saved the workbook since it was exported."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _mark(archive)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def unpacked_bytes(path: Path) -> int:
    """What all parts of the workbook hold together."""
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _mark(archive: zipfile.ZipFile) -> bytes:
    parts = sorted((info.filename, info.CRC, info.file_size) for info in archive.infolist())
    return f"{MARK} {hashlib.sha256(repr(parts).encode()).hexdigest()}".encode()
