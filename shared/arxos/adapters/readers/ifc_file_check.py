"""Says what a file that is named .ifc really is, and makes a clean copy when it needs mending."""

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

from arxos.adapters.readers.ifc_archive import unpack_ifczip
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.step_encoding import find_repair
from arxos.adapters.readers.step_text import mapped, windows
from arxos.domain.errors import UnreadableFile

MAX_BYTES = 600 * 1024 * 1024
_HEADER_BYTES = 1024 * 1024
_TAIL_BYTES = 64 * 1024

_START = re.compile(rb"ISO-10303-21\s*;", re.IGNORECASE)
_END = re.compile(rb"END-ISO-10303-21\s*;?", re.IGNORECASE)
_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(?\s*'([^']*)'", re.IGNORECASE)
_XML = re.compile(rb"\s*<(?:\?xml|ifc|[\w-]+:iso_10303|[\w-]+:ifc|iso_10303)", re.IGNORECASE)
_HTML = re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE)

_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive. Unpack it and upload the .ifc file in it"),
    (b"%PDF", "a PDF document. Export the model as IFC"),
    (b"\xd0\xcf\x11\xe0", "an old Office or a Revit file. Export the model as IFC"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive. Unpack it and upload the .ifc file in it"),
    (b"Rar!", "a RAR archive. Unpack it and upload the .ifc file in it"),
    (b"SQLite format 3", "a SQLite database. Export the model as IFC (STEP, .ifc)"),
    (b"AC10", "an AutoCAD drawing. Export the model as IFC"),
)
_SCHEMAS = ("IFC2X3", "IFC4", "IFC4X3_ADD2")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that can be opened: `path` may be a mended copy in the work directory."""

    path: Path
    schema: str


def check_ifc_file(path: Path, work: Path, problems: ProblemList) -> CheckedFile:
    """Raises UnreadableFile with what the file really is or lacks."""
    if path.stat().st_size == 0:
        raise UnreadableFile("The file is empty. Export or upload it again.")
    with path.open("rb") as file:
        if file.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
            path = unpack_ifczip(path, work, MAX_BYTES)
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("The .ifc file inside the zip archive is empty. Export it again.")
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"The file has {size // 2**20} MB; IFC files of up to {MAX_BYTES // 2**20} MB can be"
            " read. Split the model by storey or discipline."
        )
    with mapped(path) as data:
        start = _start_of_step(data)
        _check_end(data)
        stated, quoted = _stated_schema(data)
        schema = _nearest_schema(stated, problems)
        repair = find_repair(data)
        if start == 0 and schema == stated.upper() and not repair.needed:
            return CheckedFile(path, schema)
        if repair.needed:
            _warn_about_letters(repair.raw, repair.escaped, repair.certain, problems)
        mended = work / "mended.ifc"
        with mended.open("wb") as out:
            out.write(data[start : quoted[0]] + f"'{schema}'".encode("ascii"))
            for window in windows(data, start=quoted[1]):
                out.write(repair.apply(window) if repair.needed else window)
    return CheckedFile(mended, schema)


def _start_of_step(data: mmap.mmap) -> int:
    """Where `ISO-10303-21;` stands; a byte order mark or stray bytes before it are left out."""
    head = data[:_HEADER_BYTES]
    bare = head.removeprefix(b"\xef\xbb\xbf")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile(f"This is not an IFC file but {kind}.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or re.match(rb"I\0S\0O\0|\0I\0S\0O", head):
        raise UnreadableFile(
            "The file is UTF-16 text; IFC files are plain ASCII. It was probably saved from a text"
            " editor: export it again from the BIM software."
        )
    if bare.startswith(b"version https://git-lfs"):
        raise UnreadableFile(
            "This is a Git LFS pointer, not the model itself. Fetch the real file (git lfs pull)"
            " and upload that."
        )
    if _HTML.match(bare):
        raise UnreadableFile(
            "This is a web page, not an IFC file. The download probably led to a sign-in page."
        )
    if _XML.match(bare):
        raise UnreadableFile(
            "This is XML (ifcXML or another format), which cannot be read. Export the model as IFC"
            " in the STEP format (.ifc)."
        )
    if re.match(rb"\s*[{\[]", bare):
        raise UnreadableFile(
            "This is JSON (perhaps ifcJSON), which cannot be read. Export the model as IFC in the"
            " STEP format (.ifc)."
        )
    start = _START.search(head)
    if (
        start is None
        or b"HEADER" not in head[: start.start()].upper() + head[start.end() :].upper()
    ):
        what = "a text file" if _is_text(head) else "a file of an unknown kind"
        raise UnreadableFile(
            f"This is {what}, not an IFC file: an IFC file begins with 'ISO-10303-21;' and a"
            " HEADER section."
        )
    return start.start()


def _is_text(head: bytes) -> bool:
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", head)


def _check_end(data: mmap.mmap) -> None:
    if _END.search(data, max(0, len(data) - _TAIL_BYTES)):
        return
    complete = data.rfind(b";") + 1
    last = re.search(rb"#\d+", data[data.rfind(b"#", 0, complete) : complete])
    after = f" after {last[0].decode('ascii')}" if last else ""
    raise UnreadableFile(
        f"The file was cut short: it stops{after}, and its last line, 'END-ISO-10303-21;', is"
        " missing. Export or upload it again."
    )


def _stated_schema(data: mmap.mmap) -> tuple[str, tuple[int, int]]:
    """The schema's name, and where it stands with its quotes."""
    found = _SCHEMA.search(data, 0, min(len(data), _HEADER_BYTES))
    if found is None or not found[1].strip():
        raise UnreadableFile(
            "The file's header does not say which IFC version it has (FILE_SCHEMA is missing or"
            " empty). Export it again."
        )
    return found[1].decode("ascii", errors="replace"), (found.start(1) - 1, found.end(1) + 1)


def _nearest_schema(stated: str, problems: ProblemList) -> str:
    """import-mapping.md: IFC4X3, IFC2X3_TC1, IFC2X2_FINAL … are read as the nearest."""
    bare = re.sub(r"^IFC[\s._-]+", "IFC", stated.strip().upper())
    name = bare.split(" ")[0].rstrip("{")
    if name in _SCHEMAS:
        return name
    if not name.startswith("IFC"):
        raise UnreadableFile(
            f"This STEP file holds no building model: its schema is '{stated[:80]}', not IFC."
        )
    if re.match(r"IFC4(?:_?X\d|\.[1-9])", name):
        nearest = "IFC4X3_ADD2"
    elif name.startswith("IFC4"):
        nearest = "IFC4"
    elif re.match(r"IFC_?(?:2|1)", name):
        nearest = "IFC2X3"
    else:
        raise UnreadableFile(
            f"The file's IFC version, '{stated[:80]}', cannot be read. Export it as IFC2x3, IFC4 or"
            " IFC4.3."
        )
    problems.warn(
        "SCHEMA_READ_AS",
        f"The file calls its IFC version '{stated[:80]}'; it was read as {nearest}.",
        field="FILE_SCHEMA",
        value=stated,
    )
    return nearest


_ENCODING_NAMES = {"utf-8": "UTF-8", "cp932": "Shift-JIS", "cp1252": "Windows-1252 (Western)"}


def _warn_about_letters(
    raw: str | None, escaped: str | None, certain: bool, problems: ProblemList
) -> None:
    if raw is not None and certain:
        problems.warn(
            "LETTERS_NOT_ESCAPED",
            f"Letters outside ASCII stand in the file as {_ENCODING_NAMES[raw]}, which IFC does not"
            " allow; they were read as such.",
        )
    elif raw is not None:
        problems.warn(
            "LETTERS_GUESSED",
            "Letters outside ASCII stand in the file in an encoding it does not name; they were"
            " read as Windows-1252 (Western) and may be wrong. Check names with accents.",
        )
    if escaped is not None:
        problems.warn(
            "LETTERS_WRONGLY_ESCAPED",
            f"Escaped letters (\\X\\) hold {_ENCODING_NAMES[escaped]} instead of ISO 8859-1; they"
            " were read as such.",
        )
