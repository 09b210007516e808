"""How a building file of any format becomes a `SourceModel`: one adapter per format."""

from pathlib import Path
from typing import Protocol

from arxos.domain.source import SourceModel


class BuildingFileReader(Protocol):
    """Reads one file format."""

    def read(self, path: Path, *, profile: str) -> SourceModel:
        """The file's building.

        `profile` is "equipment" or "cobie": which classes count as devices.
        Raises `arxos.domain.errors.UnreadableFile`, with a sentence that says what is wrong, when
        the file is not what its name says, or so damaged that nothing of it can be trusted.
        """
        ...
