"""What a document said of a record last time and says no more: a cell that has been emptied.

Whether somebody meant to take a value back, or this version of the file merely lacks its column, a
file does not tell. So the value stays, and one warning for each field names the records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arxos.domain.record import Record
from arxos.domain.source import Problem, SourceDevice, SourceFloor, SourceGroup, SourceRoom
from arxos.domain.source_statement import digest

# Worked out by the reader rather than written in the file, or told by the markers of `SourceModel`.
_NEVER_TOLD = frozenset(
    {"footprint", "position", "area_source", "metadata"}
    | {"floor_id", "floor_number", "room_ids", "device_type", "members"}
)
_SHOWN = 10


@dataclass(slots=True)
class _Silent:
    first: SourceFloor | SourceRoom | SourceDevice | SourceGroup
    labels: list[str] = field(default_factory=list)
    count: int = 0


class Silences:
    """Gathers them while records are compared."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Silent] = {}

    def note(
        self,
        record: Record,
        document: str,
        said: Mapping[str, Any],
        source: SourceFloor | SourceRoom | SourceDevice | SourceGroup,
    ) -> None:
        """What the record has from this document alone, and the file does not say any more."""
        if source.edited is not None:
            return  # of an export, what is not edited is not said
        for name, word in record.said.get(document, {}).items():
            if name in said or name in _NEVER_TOLD or not self._is_its_word(record, name, word):
                continue
            if any(words.get(name) == word for d, words in record.said.items() if d != document):
                continue
            found = self._found.setdefault((record.kind, name), _Silent(source))
            found.count += 1
            if found.count <= _SHOWN:
                found.labels.append(f"'{record.label}'")

    def _is_its_word(self, record: Record, name: str, word: str) -> bool:
        value = getattr(record, name, None)
        return value not in (None, "") and name not in record.hand_edits and digest(value) == word

    def problems(self) -> list[Problem]:
        """One warning for each kind and field."""
        return [
            Problem(
                severity="warning",
                code="NO_LONGER_SAID",
                message=f"The file says no {name.replace('_', ' ')} any more of {found.count}"
                f" {kind}{'s' if found.count > 1 else ''}: {', '.join(found.labels)}"
                f"{' …' if found.count > _SHOWN else ''}. What it said last stays; change it by"
                " hand if it no longer holds.",
                sheet_or_class=kind,
                row_or_line=found.first.line,
                key=found.first.key,
                field=name,
            )
            for (kind, name), found in self._found.items()
        ]
