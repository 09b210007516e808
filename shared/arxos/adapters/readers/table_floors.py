"""The floors of plain tables: told of by rows of their own, or named by rooms and devices."""

from dataclasses import replace

from arxos.adapters.readers.floor_labels import FloorLabel, read_label
from arxos.adapters.readers.floor_numbers import Storey, number_floors
from arxos.adapters.readers.workbook_sheets import number_of
from arxos.domain.floor import FLOOR_NUMBERS
from arxos.domain.source import SourceFloor
from arxos.domain.text_rules import folded


class TableFloors:
    """Floors in the order in which they are met; those without a number get one at the end."""

    def __init__(self) -> None:
        self._floors: dict[str, SourceFloor] = {}
        self._by_name: dict[str, str] = {}
        # Storeys whose name holds no number: a roof, a mezzanine, whatever a table of floors tells.
        self._unnumbered: set[str] = set()

    def tell(self, floor: SourceFloor, stated: str | None, key: str | None) -> SourceFloor | None:
        """A row of a table of floors; what it tells is `floor`, without key and number.

        Returns the floor that is there already, if the row says it again. Raises ValueError with
        the end of a sentence if the row tells of no floor.
        """
        name = floor.name or None
        number = _whole(stated) if stated is not None else None
        if number is None:
            label = read_label(stated or name or "")
            number = label.number
            if stated is not None and number is None and label.kind == "unknown":
                raise ValueError("that is no floor number")
            name = name or stated
        if number is None and name is None:
            raise ValueError("a floor needs a number or a name")
        if number is not None and number not in FLOOR_NUMBERS:
            raise ValueError(f"floors are from {FLOOR_NUMBERS[0]} to {FLOOR_NUMBERS[-1]}")
        called = str(number) if number is not None else folded(name or "")
        key = key or f"floor {called}"
        before = self._by_name.get(called) or (key if key in self._floors else None)
        if before is not None:
            return self._floors[before]
        self._add(replace(floor, key=key, name=name or "", floor_number=number or 0), called)
        if number is None:
            self._unnumbered.add(key)
        return None

    def named(self, text: str, line: int) -> str | None:
        """The floor that a room's or device's cell names, made where no table tells of it."""
        known = self._by_name.get(folded(text))
        if known is not None:
            return known
        number = _whole(text)
        label = FloorLabel("numbered", number) if number is not None else read_label(text)
        if label.kind == "unknown" or (label.number or 0) not in FLOOR_NUMBERS:
            return None
        called = str(label.number) if label.number is not None else folded(text)
        if (known := self._by_name.get(called)) is not None:
            return known
        key = f"floor {called}"
        name = "" if number is not None else text
        self._add(
            SourceFloor(key=key, name=name, floor_number=label.number or 0, line=line), called
        )
        if label.number is None:
            self._unnumbered.add(key)
        return key

    def _add(self, floor: SourceFloor, called: str) -> None:
        self._floors[floor.key] = floor
        self._by_name[called] = floor.key
        if floor.name:
            self._by_name.setdefault(folded(floor.name), floor.key)

    # ---- Numbers ----------------------------------------------------------------------------

    def all(self) -> tuple[SourceFloor, ...]:
        """Every floor, with a number."""
        numbers = self._numbers()
        return tuple(
            replace(floor, floor_number=numbers[key], number_said=False)
            if key in self._unnumbered
            else floor
            for key, floor in self._floors.items()
        )

    def unnumbered(self) -> list[SourceFloor]:
        """Those of `all` whose number does not stand in the file."""
        return [floor for floor in self.all() if not floor.number_said]

    def _numbers(self) -> dict[str, int]:
        """By the rules for storeys; never another number than the one that the table gives."""
        if not self._unnumbered:
            return {}
        floors = list(self._floors.values())
        numbers = number_floors(
            [
                Storey(f.name if f.key in self._unnumbered else str(f.floor_number), f.elevation_m)
                for f in floors
            ]
        )
        found = {floor.key: number for floor, number in zip(floors, numbers.numbers, strict=True)}
        given = {f.key: f.floor_number for f in floors if f.key not in self._unnumbered}
        if all(found[key] == number for key, number in given.items()):
            return found
        # Heights and numbers of the table disagree: its numbers stay, the others go above them.
        taken = set(given.values())
        for floor in floors:
            if floor.key in self._unnumbered:
                is_site = read_label(floor.name).kind == "site"
                given[floor.key] = min(taken) - 1 if is_site else max(taken) + 1
                taken.add(given[floor.key])
        return given


def _whole(text: str) -> int | None:
    number = number_of(text)
    return int(number) if number is not None and number.is_integer() else None
