"""Which row a cell of a COBie workbook refers to, by its name."""

import re
from dataclasses import dataclass, field

from arxos.domain.text_rules import folded


@dataclass(slots=True)
class Names:
    """What a sheet's rows are called, to resolve references by: name -> keys, in order."""

    keys: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, key: str) -> None:
        """One more row of that name."""
        self.keys.setdefault(folded(name), []).append(key)

    def one(self, name: str) -> str | None:
        """The key of the first row of that name."""
        found = self.keys.get(folded(name))
        return found[0] if found else None

    def several(self, cell: str) -> tuple[list[str], list[str]]:
        """Keys and unknown names in a cell, parted by commas.

        Names contain commas too, so the longest run of parts that is a name counts.
        """
        ends = [m.start() for m in re.finditer(r"[,;\n]", cell)] + [len(cell)]
        found: list[str] = []
        unknown: list[str] = []
        start = 0
        while start < len(cell):
            rest = [end for end in ends if end >= start]
            # A name of more than ten parts is none; a cell of thousands must not take for ever.
            for end in reversed(rest[:10]):
                if (key := self.one(cell[start:end].strip())) is not None:
                    found.append(key)
                    break
            else:
                end = rest[0]
                if name := cell[start:end].strip():
                    unknown.append(name)
            start = end + 1
        return list(dict.fromkeys(found)), unknown
