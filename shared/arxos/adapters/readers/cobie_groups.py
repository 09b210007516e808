"""The systems and zones of a COBie workbook, each with its members."""

from dataclasses import dataclass, field
from typing import Literal

from arxos.adapters.readers.cobie_names import Names
from arxos.adapters.readers.cobie_reading import Reading
from arxos.domain.source import SourceGroup
from arxos.domain.text_rules import folded


@dataclass(slots=True)
class _Group:
    """A system or zone while its rows are read."""

    name: str
    category: str | None
    line: int
    description: str | None = None
    members: list[str] = field(default_factory=list)
    are_members_said: bool = True


def read_groups(
    reading: Reading, sheet: str, kind: Literal["system", "zone"], column: str, members: Names
) -> list[SourceGroup]:
    """One row for each member, the group's name repeated."""
    of = "Space" if kind == "zone" else "Component"
    found: dict[tuple[str, str | None], _Group] = {}
    for table, row, name in reading.rows(sheet):
        category = reading.text(table, row, "Category")
        group = found.setdefault((folded(name), category), _Group(name, category, row.number))
        group.description = group.description or reading.description(table, row, name)
        group.are_members_said &= reading.says(sheet, column)
        cell = table.text(row, column)
        if cell is None:
            continue
        keys, unknown = members.several(cell)
        group.members.extend(keys)
        group.are_members_said &= not unknown
        # Why there are none at all was told, once for all groups.
        for member in unknown if members.keys else ():
            reading.error(
                "MEMBER_UNKNOWN",
                f"{sheet} '{name}' has the member '{member}', which sheet '{of}' does not have.",
                sheet,
                line=row.number,
                key=name,
                field=column,
                value=member,
                kept="Its other members were taken over.",
            )
    names: dict[str, int] = {}
    groups = []
    for (folded_name, _), group in found.items():
        names[folded_name] = names.get(folded_name, 0) + 1
        # One name under two categories is two groups.
        suffix = f" ({group.category})" if names[folded_name] > 1 else ""
        unique = tuple(dict.fromkeys(group.members))
        groups.append(
            SourceGroup(
                key=f"{kind}:{group.name}{suffix}"[:200],
                group_kind=kind,
                name=group.name[:200],
                category=group.category,
                description=group.description,
                device_keys=unique if kind == "system" else (),
                room_keys=unique if kind == "zone" else (),
                line=group.line,
                members_said=group.are_members_said,
            )
        )
    return groups
