"""The reader for each kind of file, by the end of its name."""

import zipfile
from pathlib import Path

from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel
from arxos.ports.readers import BuildingFileReader


class ReaderBySuffix:
    """A `BuildingFileReader` for all formats; what is in the file must be what its name says."""

    def read(self, path: Path, *, profile: str) -> SourceModel:
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        suffix = path.suffix.casefold()
        if suffix == ".csv" and _is_own_zip(path):
            suffix = ".zip"
        return _reader(suffix).read(path, profile=profile)


def _is_own_zip(path: Path) -> bool:
    """An export of all tables as CSV is an archive, whatever people call it then."""
    from arxos.adapters.exports.plain_files import OWN_MEMBER

    try:
        with zipfile.ZipFile(path) as archive:
            return OWN_MEMBER in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _reader(suffix: str) -> BuildingFileReader:
    # Imported where they are used: one import reads one format.
    if suffix in (".ifc", ".ifczip"):
        from arxos.adapters.readers.ifc import IfcReader

        return IfcReader()
    if suffix == ".xlsx":
        from arxos.adapters.readers.workbook import WorkbookReader

        return WorkbookReader()
    if suffix == ".csv":
        from arxos.adapters.readers.csv_table import CsvReader

        return CsvReader()
    if suffix in (".jsonl", ".json"):
        from arxos.adapters.readers.json_lines import JsonLinesReader

        return JsonLinesReader()
    if suffix == ".zip":
        from arxos.adapters.readers.tables_zip import TablesZipReader

        return TablesZipReader()
    raise UnreadableFile(f"Files that end in '{suffix}' cannot be read.")
