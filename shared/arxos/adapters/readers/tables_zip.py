"""Reads .zip archives of .csv tables: an export's, or anybody's."""

import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from arxos.adapters.exports.plain_files import OWN_MEMBER
from arxos.adapters.readers.csv_table import read_sheet
from arxos.adapters.readers.file_kinds import archive_kind, other_kind
from arxos.adapters.readers.json_lines import read_lines
from arxos.adapters.readers.own_files import read_own_tables
from arxos.adapters.readers.own_lines import check_header
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.tables import read_tables
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

MAX_MEMBERS = 50
MAX_UNPACKED_BYTES = 1024**3
MAX_RATIO = 100
_RATIO_COUNTS_FROM = 10 * 1024 * 1024
_ENCRYPTED = 0x1
_HEAD_BYTES = 4096


class TablesZipReader:
    """A `BuildingFileReader` for .zip."""

    def read(self, path: Path, *, profile: str) -> SourceModel:  # noqa: ARG002  IFC only
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        problems = ProblemList()
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head:
            raise UnreadableFile("The file is empty.")
        if (other := other_kind(head, ".zip")) is not None:
            raise UnreadableFile(other)
        try:
            with (
                zipfile.ZipFile(path) as archive,
                tempfile.TemporaryDirectory(prefix="arxos-zip-") as folder,
            ):
                return _read(archive, Path(folder), problems)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UnreadableFile(
                "This is no zip archive, or it is damaged. Make it again."
            ) from error


def _read(archive: zipfile.ZipFile, folder: Path, problems: ProblemList) -> SourceModel:
    tables = [i for i in archive.infolist() if i.filename.casefold().endswith(".csv")]
    own = next((i for i in archive.infolist() if i.filename == OWN_MEMBER), None)
    _check([*tables, *([own] if own else [])], archive.namelist())
    sheets = []
    for number, info in enumerate(tables):
        table = folder / f"{number}.csv"
        _unpack(archive, info, table)
        name = PurePosixPath(info.filename).stem
        if table.stat().st_size:
            sheets.append(read_sheet(table, name, problems))
    if own is None:
        return read_tables(sheets, problems)
    _unpack(archive, own, folder / OWN_MEMBER)
    lines = [line for _, line in read_lines(folder / OWN_MEMBER, problems)]
    check_header(lines[0] if lines else {})
    return read_own_tables(lines, sheets, problems)


def _check(members: list[zipfile.ZipInfo], names: list[str]) -> None:
    """The sizes that the archive declares are judged before anything is unpacked."""
    if not members:
        raise UnreadableFile(archive_kind(names))
    if len(members) > MAX_MEMBERS:
        raise UnreadableFile(f"The archive holds more than {MAX_MEMBERS} tables.")
    if any(info.flag_bits & _ENCRYPTED for info in members):
        raise UnreadableFile("The archive is encrypted. Make it without a password.")
    if sum(info.file_size for info in members) > MAX_UNPACKED_BYTES:
        raise UnreadableFile("The archive is more than 1 GB unpacked. Split it.")
    for info in members:
        if (
            info.file_size > _RATIO_COUNTS_FROM
            and info.file_size > max(info.compress_size, 1) * MAX_RATIO
        ):
            raise UnreadableFile(
                f"'{info.filename}' is packed more than {MAX_RATIO} to 1, as no real table is."
            )


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, to: Path) -> None:
    """No more than was declared: zipfile reads no further."""
    with archive.open(info) as packed, to.open("wb") as file:
        while part := packed.read(1 << 20):
            file.write(part)
