"""Opens a checked IFC file with ifcopenshell."""

from pathlib import Path

import ifcopenshell

from arxos.adapters.readers.ifc_model import IfcModel
from arxos.domain.errors import UnreadableFile


def open_model(path: Path) -> IfcModel:
    """Raises UnreadableFile for what the library refuses."""
    said_before = _log()
    try:
        file = ifcopenshell.open(path, format=".ifc")
    except (ifcopenshell.Error, OSError, RuntimeError) as error:
        raise UnreadableFile(
            f"The file looks like IFC, but its text cannot be parsed.{_zero_bytes(path)} Export it"
            " again."
        ) from error
    return IfcModel(file, _log().removeprefix(said_before))


def _zero_bytes(path: Path) -> str:
    """What most often stops the library: bytes that no text has."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if b"\0" in line:
                return f" Line {number} holds bytes of zero, which no text has."
    return ""


def _log() -> str:
    """Everything said so far: there is one log for the whole process."""
    return str(ifcopenshell.get_log())  # type: ignore[no-untyped-call]
