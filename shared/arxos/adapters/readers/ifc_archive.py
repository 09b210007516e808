"""Takes the one model out of an ifczip, and says what another zip archive really is."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from arxos.domain.errors import UnreadableFile

_CHUNK = 1024 * 1024
_ENCRYPTED = 0x1


def unpack_ifczip(path: Path, work: Path, max_bytes: int) -> Path:
    """The .ifc file in the archive, written to the work directory."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = _the_model(archive, max_bytes)
            return _extract(archive, member, work / "unpacked.ifc", max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise UnreadableFile(
            "The file is a broken zip archive. Make the ifczip, or upload it, again."
        ) from error
    except NotImplementedError as error:  # what zipfile raises for a compression it lacks
        raise UnreadableFile(
            "The zip archive is compressed in a way that cannot be read. Upload the .ifc file in"
            " it by itself."
        ) from error


def _the_model(archive: zipfile.ZipFile, max_bytes: int) -> zipfile.ZipInfo:
    names = [PurePosixPath(info.filename) for info in archive.infolist()]
    if any(str(name) == "[Content_Types].xml" for name in names):
        raise UnreadableFile(_office_document(names))
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not info.filename.startswith("__MACOSX/")
    ]
    models = [info for info in members if info.filename.casefold().endswith(".ifc")]
    if not models:
        if any(info.filename.casefold().endswith((".ifcxml", ".xml")) for info in members):
            raise UnreadableFile(
                "The zip archive holds ifcXML, which cannot be read. Export the model as IFC in"
                " the STEP format (.ifc)."
            )
        held = ", ".join(sorted(info.filename[:80] for info in members)[:5]) or "nothing"
        raise UnreadableFile(
            f"The zip archive holds no .ifc file, but {held}. Upload the model itself, or an"
            " archive with the one .ifc file in it."
        )
    if len(models) > 1:
        listed = ", ".join(sorted(info.filename for info in models)[:5])
        raise UnreadableFile(
            f"The zip archive holds {len(models)} models ({listed}). Upload one at a time."
        )
    model = models[0]
    if model.flag_bits & _ENCRYPTED:
        raise UnreadableFile("The zip archive is encrypted. Upload the model without a password.")
    if model.file_size > max_bytes:
        raise UnreadableFile(_too_large(max_bytes))
    return model


def _office_document(names: list[PurePosixPath]) -> str:
    folders = {name.parts[0] for name in names if name.parts}
    if "xl" in folders:
        return (
            "This is an Excel workbook, not an IFC file. If it is a COBie workbook, upload it with"
            " its own ending, .xlsx."
        )
    return "This is an Office document, not an IFC file. Export the model as IFC."


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, max_bytes: int
) -> Path:
    """Counts while it writes: the size an archive declares may be a lie."""
    written = 0
    with archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > max_bytes:
                raise UnreadableFile(_too_large(max_bytes))
            out.write(chunk)
    return target


def _too_large(max_bytes: int) -> str:
    return (
        f"The model in the zip archive is larger than {max_bytes // 2**20} MB unpacked, the most"
        " that can be read. Split it by storey or discipline."
    )
