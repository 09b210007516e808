"""The reader for each kind of file, by the end of its name."""

from pathlib import Path

from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel
from arxos.ports.readers import BuildingFileReader


class ReaderBySuffix:
    """A `BuildingFileReader` for all formats; what is in the file must be what its name says."""

    def read(self, path: Path, *, profile: str) -> SourceModel:
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        return _reader(path.suffix.casefold()).read(path, profile=profile)


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
    if suffix == ".jsonl":
        from arxos.adapters.readers.json_lines import JsonLinesReader

        return JsonLinesReader()
    if suffix == ".zip":
        from arxos.adapters.readers.tables_zip import TablesZipReader

        return TablesZipReader()
    raise UnreadableFile(f"Files that end in '{suffix}' cannot be read.")
