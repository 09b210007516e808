"""Says what an uploaded workbook really is, and refuses what would swell or stop its reader.

Nothing is unpacked here but the first bytes of each part: the sizes that the archive declares are
judged first (import-mapping.md, "What bad input gets").
"""

import re
import zipfile
import zlib
from pathlib import Path

from arxos.domain.errors import UnreadableFile

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# Of an export that nobody has changed since: of it one small sheet is read, whatever its size.
MAX_SEALED_BYTES = 4 * 1024**3
MAX_RATIO = 100
# Empty formatted cells compress very well; a small part may do so without harm.
_RATIO_COUNTS_FROM = 10 * 1024 * 1024
_ENCRYPTED = 0x1
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 4096
# Declarations stand before the first element, after nothing but comments and instructions.
_PROLOG_BYTES = 65_536
_PROLOG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def check_workbook(path: Path, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> None:
    """Raises UnreadableFile for everything that is not an .xlsx workbook of bounded size."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.startswith(b"PK"):
        raise UnreadableFile(_what_it_is(head, path))
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, max_unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableFile(
            "The workbook is damaged: it cannot be unpacked. Open it in Excel or LibreOffice, save"
            " it again, and upload that."
        ) from error


def _what_it_is(head: bytes, path: Path) -> str:
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return "The file is empty."
    if head.startswith(_OLE):
        content = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "The workbook is protected with a password. Save it without one."
        return "This is an Excel workbook of the old kind (.xls). Save it as .xlsx."
    if bare.startswith(b"version https://git-lfs"):
        return (
            "This is a Git LFS pointer, not the workbook itself. Fetch the real file (git lfs"
            " pull) and upload that."
        )
    if bare[:200].upper().startswith(b"ISO-10303-21"):
        return "This is an IFC file, not a workbook. Upload it with its own ending, .ifc."
    if re.match(rb"<(?:!doctype html|html)", bare, re.IGNORECASE):
        return "This is a web page, not a workbook. The download probably led to a sign-in page."
    if bare.startswith(b"<"):
        return "This is XML, not an .xlsx workbook. Open it in Excel and save it as .xlsx."
    if head.startswith(b"\x1f\x8b"):
        return "This is a gzip archive, not a workbook. Unpack it and upload the .xlsx file in it."
    if not re.search(rb"[\x00-\x08\x0e-\x1f]", head):
        return "This is a text file, not a workbook. If it is a table, upload it as .csv."
    return "This is not an .xlsx workbook."


def _check_archive(archive: zipfile.ZipFile, max_unpacked: int) -> None:
    infos = archive.infolist()
    names = {info.filename for info in infos}
    if "xl/workbook.bin" in names:
        raise UnreadableFile("This is a binary workbook (.xlsb). Save it as .xlsx.")
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(_what_archive(names))
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise UnreadableFile("The workbook is encrypted. Save it without a password.")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max_unpacked:
        raise UnreadableFile(
            f"The workbook is {unpacked // 2**20:,} MB unpacked; {max_unpacked // 2**20} MB is the"
            " most that can be read. Remove what is not needed (pictures, empty formatted rows), or"
            " split it. An export is read at any size as it was downloaded; to edit one of so many"
            " records, export floor by floor, or as csv."
        )
    for info in infos:
        if (
            info.file_size > _RATIO_COUNTS_FROM
            and info.file_size > max(info.compress_size, 1) * MAX_RATIO
        ):
            raise UnreadableFile(
                f"A part of the workbook ('{info.filename}') is packed more than {MAX_RATIO} to 1,"
                " as no real workbook is. Save it again, without empty formatted rows."
            )
        if info.filename.endswith((".xml", ".rels")):
            with archive.open(info) as part:
                if _declares(part.read(_PROLOG_BYTES)):
                    raise UnreadableFile(
                        f"A part of the workbook ('{info.filename}') declares a document type,"
                        " which no workbook needs and attacks use. It was not read."
                    )


def _declares(head: bytes) -> bool:
    """Whether something else than an element follows the prolog: `<!DOCTYPE`, or no end to it."""
    plain = head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")  # UTF-16 is allowed in XML
    rest = plain[_PROLOG.match(plain).end() :]  # type: ignore[union-attr]  # matches the empty text
    return rest.startswith(b"<!") or (not rest and len(head) == _PROLOG_BYTES)


def _what_archive(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "This is a Word document, not a workbook."
    if "mimetype" in names and "content.xml" in names:
        return "This is an OpenDocument file (.ods). Save it as .xlsx."
    if any(name.casefold().endswith(".ifc") for name in names):
        return "This is a zip archive with an IFC model. Upload it as .ifczip."
    if any(name.casefold().endswith(".xlsx") for name in names):
        return "This is a zip archive with a workbook in it. Upload the .xlsx file itself."
    return "This is a zip archive, but not an .xlsx workbook."
