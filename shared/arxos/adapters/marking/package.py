"""Marks a workbook: the parts that change are edited, all others are copied as they are."""

import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from arxos.adapters.marking.marks import Cell, Mark, Marks
from arxos.adapters.marking.notes import NEW_DRAWING, NEW_NOTES, with_shapes, with_texts
from arxos.adapters.marking.sheet_cells import with_notes, with_styles
from arxos.adapters.marking.styles import MINIMAL, Styles
from arxos.adapters.marking.summary import summary_sheet
from arxos.adapters.marking.xml_text import (
    escaped,
    first,
    inserted,
    must,
    plain_utf8,
    tags,
)
from arxos.adapters.readers.check_sheet import TITLE
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import Finding

_WORKBOOK = "xl/workbook.xml"
_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EMPTY_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
    b'"http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


def mark_workbook(source: Path, target: Path, findings: Sequence[Finding], marks: Marks) -> None:
    """Write the marked copy. Raises UnreadableFile for a workbook that cannot be marked."""
    with zipfile.ZipFile(source) as archive:
        package = _Package(archive)
        for title, cells in marks.by_sheet.items():
            package.mark_sheet(title, cells)
        package.add_summary(summary_sheet(findings, marks))
        package.write(target)


class _Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._changed: dict[str, bytes] = {}
        self._added: list[str] = []
        if b"purl.oclc.org/ooxml" in self._text(_WORKBOOK)[:4000]:
            raise UnreadableFile(
                "The workbook is saved as Strict Open XML, which cannot be marked. Save it as an"
                " ordinary Excel workbook."
            )
        relations = self._relations(_WORKBOOK)
        self._sheets = {
            sheet.get("name") or "": relations[sheet.get(f"{{{_OFFICE}}}id") or ""][1]
            for sheet in _tree(self._text(_WORKBOOK)).iter()
            if sheet.tag.endswith("}sheet")
        }
        styles = [target for kind, target in relations.values() if kind == "styles"]
        self._styles_part = styles[0] if styles else "xl/styles.xml"
        if not styles:
            self._add(self._styles_part, MINIMAL, f"{_SHEETS}.styles+xml")
            self._relate(_WORKBOOK, "styles", self._styles_part)
        self._styles = Styles(self._text(self._styles_part), self._styles_part)

    # ---- Marking ----------------------------------------------------------------------------

    def mark_sheet(self, title: str, marks: Mapping[Cell, Mark]) -> None:
        part = self._sheets.get(title)
        if part is None or not marks:
            return
        sheet = with_styles(self._text(part), marks, self._styles.coloured, part)
        relations = self._relations(part)
        drawing = self._part_of(relations, "vmlDrawing", sheet)
        notes = next((target for kind, target in relations.values() if kind == "comments"), None)
        number = 1 + sum(name.startswith("xl/arxos") for name in self._changed)
        if drawing is None:
            drawing = self._add(self._free(f"xl/arxosNotes{number}.vml"), NEW_DRAWING)
            relation = self._relate(part, "vmlDrawing", drawing)
            sheet = with_notes(sheet, relation, part)
            self._declare_default("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
        if notes is None:
            kind = f"{_SHEETS}.comments+xml"
            notes = self._add(self._free(f"xl/arxosNotes{number}.xml"), NEW_NOTES, kind)
            self._relate(part, "comments", notes)
        self._changed[part] = sheet
        self._changed[notes], already = with_texts(self._text(notes), marks, notes)
        cells = [cell for cell in sorted(marks) if cell not in already]
        self._changed[drawing] = with_shapes(self._text(drawing), cells, drawing)

    def add_summary(self, sheet: bytes) -> None:
        part = self._add(
            self._free("xl/worksheets/arxosCheck.xml"), sheet, f"{_SHEETS}.worksheet+xml"
        )
        relation = self._relate(_WORKBOOK, "worksheet", part)
        text = self._text(_WORKBOOK)
        ids = [int(t.attribute("sheetId") or 0) for t in tags(text) if t.name == b"sheet"]
        title, again = TITLE, 1
        while title.casefold() in {name.casefold() for name in self._sheets}:
            again += 1
            title = f"{TITLE} {again}"
        end = must(first(text, b"sheets", is_end=True), _WORKBOOK)
        name = (end.prefix.decode() + ":" if end.prefix else "") + "sheet"
        new = (
            f'<{name} name="{escaped(title)}" sheetId="{max(ids, default=0) + 1}"'
            f' xmlns:r="{_OFFICE}" r:id="{relation}"/>'
        )
        # Last: defined names know sheets by their position.
        self._changed[_WORKBOOK] = inserted(text, end.start, new.encode())

    def write(self, target: Path) -> None:
        self._changed[self._styles_part] = self._styles.text()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
            for info in self._archive.infolist():
                content = self._changed.get(info.filename)
                with self._archive.open(info) as part:
                    out.writestr(
                        info,
                        part.read() if content is None else content,
                        compress_type=info.compress_type,
                    )
            for name in self._added:
                out.writestr(name, self._changed[name])

    # ---- Parts ------------------------------------------------------------------------------

    def _text(self, part: str) -> bytes:
        if part not in self._changed:
            if part not in self._names:
                raise UnreadableFile(f"The workbook cannot be marked: it has no part '{part}'.")
            return plain_utf8(self._archive.read(part), part)
        return self._changed[part]

    def _free(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        number = 0
        while name in self._names or name in self._changed:
            number += 1
            name = f"{stem}-{number}{dot}{suffix}"
        return name

    def _add(self, part: str, text: bytes, content_type: str | None = None) -> str:
        self._changed[part] = text
        self._added.append(part)
        if content_type is not None:
            types = self._text(_TYPES)
            end = must(first(types, b"Types", is_end=True), _TYPES)
            prefix = end.prefix.decode() + ":" if end.prefix else ""
            new = f'<{prefix}Override PartName="/{part}" ContentType="{content_type}"/>'
            self._changed[_TYPES] = inserted(types, end.start, new.encode())
        return part

    def _declare_default(self, suffix: str, content_type: str) -> None:
        types = self._text(_TYPES)
        known = {
            (tag.attribute("Extension") or "").casefold()
            for tag in tags(types)
            if tag.name == b"Default"
        }
        if suffix in known:
            return
        begin = must(first(types, b"Types"), _TYPES)
        prefix = begin.prefix.decode() + ":" if begin.prefix else ""
        new = f'<{prefix}Default Extension="{suffix}" ContentType="{content_type}"/>'
        self._changed[_TYPES] = inserted(types, begin.end, new.encode())

    # ---- Relations --------------------------------------------------------------------------

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """By id: the kind, and the part that is meant."""
        name = _relations_of(part)
        if name not in self._names and name not in self._changed:
            return {}
        found = {}
        for relation in _tree(self._text(name)):
            if relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target") or ""
            whole = posixpath.normpath(posixpath.join("/" + posixpath.dirname(part), target))
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found[relation.get("Id") or ""] = (kind, whole.lstrip("/"))
        return found

    def _part_of(
        self, relations: Mapping[str, tuple[str, str]], kind: str, sheet: bytes
    ) -> str | None:
        """The drawing that the sheet shows its notes in; it may have others."""
        tag = first(sheet, b"legacyDrawing")
        if tag is None:
            return None
        for relation, (found, target) in relations.items():
            if found == kind and f'"{relation}"'.encode() in tag.attributes.replace(b"'", b'"'):
                return target
        return None

    def _relate(self, part: str, kind: str, target: str) -> str:
        name = _relations_of(part)
        if name not in self._names and name not in self._changed:
            self._add(name, _EMPTY_RELATIONS)
        text = self._text(name)
        known = {tag.attribute("Id") for tag in tags(text)}
        number = 1
        while f"rIdArxos{number}" in known:
            number += 1
        end = must(first(text, b"Relationships", is_end=True), name)
        prefix = end.prefix.decode() + ":" if end.prefix else ""
        new = (
            f'<{prefix}Relationship Id="rIdArxos{number}" Type="{_OFFICE}/{kind}"'
            f' Target="/{target}"/>'
        )
        self._changed[name] = inserted(text, end.start, new.encode())
        return f"rIdArxos{number}"


def _relations_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _tree(text: bytes) -> ElementTree.Element:
    # Parts with a document type were refused before (workbook_file_check.py): no entities.
    return ElementTree.fromstring(text)  # noqa: S314 # nosec B314
