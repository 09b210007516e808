"""The kinds of rules on a workbook's cells, and how each is tested."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from arxos.domain.text_rules import folded

_NOT_APPLICABLE = frozenset({"n/a", "na", "n.a.", "not applicable"})


Fault = str | None | Literal[False]
"""What is wrong; None where all is well; False where there is nothing to test."""


class CheckedRow(Protocol):
    """A row of a sheet, its cells by their columns' names."""

    @property
    def number(self) -> int: ...

    def text(self, column: str) -> str | None:
        """The cell as it stands, also `n/a`; None for a blank one or a column that is missing."""
        ...

    def number_in(self, column: str) -> float | None:
        """The cell as a number; None for what is none."""
        ...

    def day_in(self, column: str) -> str | None:
        """The cell as an ISO day; None for what is none."""
        ...


class CheckedSheet(Protocol):
    """A sheet of a handover."""

    @property
    def name(self) -> str: ...
    @property
    def header_row(self) -> int: ...

    def has(self, column: str) -> bool:
        """Whether it has the column."""
        ...

    def rows(self) -> Iterable[CheckedRow]:
        """Its rows below the header that are not blank."""
        ...


def is_not_applicable(text: str | None) -> bool:
    """Whether a cell says that there is no such thing, in COBie's word: n/a."""
    return text is not None and text.strip().casefold() in _NOT_APPLICABLE


def is_heading(text: str, column: str) -> bool:
    """Whether a cell holds its own column's name, as tools write where they have no value."""
    return _plain(text) == _plain(column)


def parts_of(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """What a cell names: the whole of it where that is known, else what commas part."""
    if is_known(text) or "," not in text:
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]


@dataclass(slots=True)
class Workbook:
    """All sheets of a handover, and the names in them."""

    sheets: Mapping[str, CheckedSheet]
    keys: Mapping[str, str]
    """The column of each sheet that names its rows: `Name`, of Contact `Email`."""
    _names: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _mentioned: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    seen: dict[str, dict[str, int]] = field(default_factory=dict)
    """By rule: each key that was there already, and in which row."""

    def names(self, sheet: str, column: str) -> frozenset[str]:
        """The texts in a column, folded."""
        if (sheet, column) not in self._names:
            there = self.sheets.get(sheet)
            texts = (row.text(column) for row in there.rows()) if there else ()
            self._names[sheet, column] = frozenset(folded(text) for text in texts if text)
        return self._names[sheet, column]

    def mentioned(self, sheet: str, column: str, of: str) -> frozenset[str]:
        """What the cells of a column name, which are rows of the sheet `of`; folded."""
        if (sheet, column) not in self._mentioned:
            known = self.names(of, self.keys.get(of, "Name"))
            found: set[str] = set()
            for text in self.names(sheet, column):
                found.update(parts_of(text, known.__contains__))
            self._mentioned[sheet, column] = frozenset(folded(part) for part in found)
        return self._mentioned[sheet, column]

    def sheet_called(self, name: str) -> str | None:
        """The sheet that a cell `SheetName` means."""
        wanted = folded(name)
        return next((sheet for sheet in self.keys if folded(sheet) == wanted), None)


@dataclass(slots=True)
class Cell:
    """A cell that a rule is tested on; what is unique is remembered by the rule's id."""

    row: CheckedRow
    column: str
    workbook: Workbook
    rule: str

    @property
    def text(self) -> str | None:
        """The cell as it stands; None for a blank one."""
        return self.row.text(self.column)

    @property
    def value(self) -> str | None:
        """The cell's text; None also where it says that there is none, or nothing of its own."""
        text = self.text
        empty = text is None or is_not_applicable(text) or is_heading(text, self.column)
        return None if empty else text


class CellTest(Protocol):
    """One kind of rule. `fault` ends a sentence that begins with the row: "… has no Name"."""

    def fault(self, cell: Cell) -> Fault:
        """See `Fault`."""
        ...


@dataclass(frozen=True, slots=True)
class Filled:
    """The cell says something. With `or_na` it may say that there is none."""

    or_na: bool = False

    def fault(self, cell: Cell) -> Fault:
        text = cell.text
        if text is None:
            return f"has no {cell.column}"
        if is_heading(text, cell.column):
            return f"has no {cell.column}: the cell repeats the column's name"
        if not self.or_na and is_not_applicable(text):
            return f"says '{text}' where a {cell.column} must stand"
        return None


@dataclass(frozen=True, slots=True)
class Unique:
    """No other row has the same, here and in the columns `beside`."""

    beside: tuple[str, ...] = ()

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        key = "\x1f".join(folded(cell.row.text(name) or "") for name in (cell.column, *self.beside))
        seen = cell.workbook.seen.setdefault(cell.rule, {})
        first = seen.setdefault(key, cell.row.number)
        if first == cell.row.number:
            return None
        beside = f" together with its {', '.join(self.beside)}" if self.beside else ""
        return f"has the {cell.column} '{text}'{beside}, as row {first} has already"


@dataclass(frozen=True, slots=True)
class Refers:
    """What the cell names is a row of another sheet. `many`: it may name several."""

    sheet: str
    column: str = "Name"
    many: bool = False

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        names = cell.workbook.names(self.sheet, self.column)
        if folded(text) in names:
            return None
        parts = parts_of(text, lambda part: folded(part) in names) if self.many else [text]
        unknown = [part for part in parts if folded(part) not in names]
        if not unknown:
            return None
        listed = ", ".join(f"'{part[:80]}'" for part in unknown[:3])
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        return f"names {listed}{more} as {cell.column}, which sheet {self.sheet} does not have"


@dataclass(frozen=True, slots=True)
class RefersToRow:
    """The cell names a row of the sheet that another cell of the same row names."""

    sheet_column: str
    many: bool = False

    def fault(self, cell: Cell) -> Fault:
        text, called = cell.value, cell.row.text(self.sheet_column)
        sheet = cell.workbook.sheet_called(called) if called else None
        if text is None or sheet is None:
            return False
        return Refers(sheet, cell.workbook.keys[sheet], self.many).fault(cell)


@dataclass(frozen=True, slots=True)
class NamesSheet:
    """The cell names one of COBie's sheets."""

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        if cell.workbook.sheet_called(text):
            return None
        return f"names '{text[:80]}' as {cell.column}, which is no sheet of COBie"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The cell holds a word of a pick list, whatever its case, blanks and punctuation."""

    choices: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Other ways to write them that everybody understands."""

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        if _plain(text) in {_plain(choice) for choice in (*self.choices, *self.also)}:
            return None
        return f"has the {cell.column} '{text[:80]}', which is not one of {', '.join(self.choices)}"


@dataclass(frozen=True, slots=True)
class IsEmail:
    """The cell is an e-mail address."""

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        name, at, domain = text.strip().rpartition("@")
        is_whole = at and name and "." in domain.strip(".") and " " not in text.strip()
        if is_whole and domain == domain.strip("."):
            return None
        return f"has the {cell.column} '{text[:80]}', which is no e-mail address"


@dataclass(frozen=True, slots=True)
class IsDay:
    """The cell is a date that means one day everywhere."""

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        if cell.row.day_in(cell.column) is not None:
            return None
        return f"has the {cell.column} '{text[:80]}', which is no date that means one day"


@dataclass(frozen=True, slots=True)
class IsNumber:
    """The cell is a number within sane limits."""

    least: float | None = None
    most: float | None = None

    def fault(self, cell: Cell) -> Fault:
        text = cell.value
        if text is None:
            return False
        number = cell.row.number_in(cell.column)
        if number is None:
            return f"has the {cell.column} '{text[:80]}', which is no number"
        if self.least is not None and number < self.least:
            return f"has the {cell.column} {text}, which is less than {self.least:,g}"
        if self.most is not None and number > self.most:
            return f"has the {cell.column} {text}, which is more than {self.most:,g}"
        return None


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number is not more than the one in another column."""

    other: str

    def fault(self, cell: Cell) -> Fault:
        number, other = cell.row.number_in(cell.column), cell.row.number_in(self.other)
        if number is None or not other:
            return False
        if number <= other * 1.001:
            return None
        return (
            f"has a {cell.column} of {number:g}, which is more than its {self.other} of {other:g}"
        )


@dataclass(frozen=True, slots=True)
class MentionedIn:
    """Another sheet has at least one row that names this one."""

    sheet: str
    column: str
    of: str
    """The sheet of this row."""
    lacks: str
    """What the sentence ends with: "has no component"."""

    def fault(self, cell: Cell) -> Fault:
        text = cell.text
        if text is None:
            return False
        if folded(text) in cell.workbook.mentioned(self.sheet, self.column, self.of):
            return None
        return self.lacks


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
