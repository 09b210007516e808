"""How COBie's rules are stated: a sheet's rules from a few words about each column."""

from collections.abc import Iterator
from dataclasses import dataclass

from arxos.domain.handover.cell_tests import (
    CellTest,
    Filled,
    IsDay,
    IsEmail,
    IsNumber,
    MentionedIn,
    OneOf,
    Refers,
    RefersToRow,
    Unique,
)
from arxos.domain.handover.rule import RuleSeverity

ERROR, WARNING, INFO = RuleSeverity.ERROR, RuleSeverity.WARNING, RuleSeverity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class CobieRule:
    """One rule of COBie 2.4. Without a `test` it is about the sheet (`kind` says what of it)."""

    id: str
    severity: RuleSeverity
    sheet: str
    column: str | None = None
    kind: str
    says: str
    remedy: str
    test: CellTest | None = None


@dataclass(frozen=True, slots=True)
class SheetRules:
    """States the rules of one sheet."""

    sheet: str

    def _rule(
        self,
        severity: RuleSeverity,
        column: str,
        kind: str,
        says: str,
        remedy: str,
        test: CellTest,
    ) -> CobieRule:
        return CobieRule(
            id=f"COBIE-{self.sheet.upper()}-{column.upper()}-{kind}",
            severity=severity,
            sheet=self.sheet,
            column=column,
            kind=kind,
            says=says,
            remedy=remedy,
            test=test,
        )

    def needed(self, why: str) -> CobieRule:
        """The workbook has the sheet, with at least one row."""
        return CobieRule(
            id=f"COBIE-{self.sheet.upper()}-SHEET",
            severity=ERROR,
            sheet=self.sheet,
            kind="SHEET",
            says=f"The workbook has a sheet {self.sheet} with at least one row.",
            remedy=f"Add the sheet {self.sheet}: {why}.",
        )

    def columns(self) -> CobieRule:
        """The sheet, where there is one, has the columns that rules are about."""
        return CobieRule(
            id=f"COBIE-{self.sheet.upper()}-COLUMNS",
            severity=ERROR,
            sheet=self.sheet,
            kind="COLUMNS",
            says=f"Sheet {self.sheet} has all columns in which the standard requires values.",
            remedy="Add the column, with the standard's name in the header row.",
        )

    def one_row(self) -> CobieRule:
        """The sheet has no more than one row."""
        return CobieRule(
            id=f"COBIE-{self.sheet.upper()}-ONE",
            severity=ERROR,
            sheet=self.sheet,
            kind="ONE",
            says=f"Sheet {self.sheet} has one row: a workbook is about one facility.",
            remedy="Keep one row here, and hand the other facilities over in workbooks of their"
            " own.",
        )

    def key(self, column: str, what: str, *beside: str) -> Iterator[CobieRule]:
        """What names the rows: required, and one of a kind (together with `beside`)."""
        yield self.filled(column, what)
        with_ = f" together with {', '.join(beside)}" if beside else ""
        yield self._rule(
            ERROR,
            column,
            "UNIQUE",
            f"The {column} of each row{with_} occurs once on sheet {self.sheet}.",
            f"Give each row a {column} of its own, or remove the row if it is the same thing.",
            Unique(beside),
        )

    def made(self) -> Iterator[CobieRule]:
        """Who made the row, and when: on every sheet."""
        who = "the e-mail address of who made the row, as on sheet Contact"
        yield self.filled("CreatedBy", who)
        yield self.refers("CreatedBy", "Contact", "Email")
        yield self.filled("CreatedOn", "the day and time when the row was made", WARNING)
        yield self.day("CreatedOn", WARNING)

    def filled(
        self, column: str, what: str, severity: RuleSeverity = ERROR, *, or_na: bool = False
    ) -> CobieRule:
        """The cell says something; with `or_na` it may say n/a."""
        na = ", or n/a where there is none" if or_na else ""
        says = f"Every row of {self.sheet} has a {column}" + (
            ", or says n/a." if or_na else ", and not n/a."
        )
        return self._rule(
            severity, column, "REQUIRED", says, f"Write {what}{na}.", Filled(or_na=or_na)
        )

    def refers(
        self,
        column: str,
        sheet: str,
        to: str = "Name",
        severity: RuleSeverity = ERROR,
        *,
        many: bool = False,
    ) -> CobieRule:
        """What the cell names is a row of another sheet."""
        parts = ", several parted by commas" if many else ""
        return self._rule(
            severity,
            column,
            "REF",
            f"What {column} names is on sheet {sheet}.",
            f"Write the {to} of a row of sheet {sheet} as it stands there{parts}, or add that row"
            f" to {sheet}.",
            Refers(sheet, to, many),
        )

    def refers_to_row(
        self, column: str, sheet_column: str, severity: RuleSeverity = ERROR, *, many: bool = False
    ) -> CobieRule:
        """What the cell names is a row of the sheet that another cell names."""
        return self._rule(
            severity,
            column,
            "REF",
            f"What {column} names is on the sheet that {sheet_column} names.",
            f"Write the name of a row of that sheet as it stands there, or correct {sheet_column}.",
            RefersToRow(sheet_column, many),
        )

    def one_of(
        self, column: str, choices: str, severity: RuleSeverity = WARNING, *, also: str = ""
    ) -> CobieRule:
        """The cell holds a word of the standard's pick list; `choices` are parted by `|`."""
        words = tuple(choices.split("|"))
        return self._rule(
            severity,
            column,
            "PICK",
            f"{column} is one of the standard's pick list: {', '.join(words)}.",
            f"Write one of {', '.join(words)}.",
            OneOf(words, tuple(also.split("|")) if also else ()),
        )

    def email(self, column: str) -> CobieRule:
        return self._rule(
            ERROR,
            column,
            "FORMAT",
            f"{column} is an e-mail address.",
            "Write an e-mail address such as ada@example.com; COBie knows people by it.",
            IsEmail(),
        )

    def day(self, column: str, severity: RuleSeverity = ERROR) -> CobieRule:
        return self._rule(
            severity,
            column,
            "DATE",
            f"{column} is a date in the form of ISO 8601.",
            "Write year, month, day (2026-11-22, or 2026-11-22T10:00:00); 03/04/2026 is another"
            " day in another country.",
            IsDay(),
        )

    def number(
        self,
        column: str,
        unit: str,
        severity: RuleSeverity = ERROR,
        *,
        least: float | None = None,
        most: float | None = None,
    ) -> CobieRule:
        """The cell is a number within sane limits."""
        limits = "".join(
            (
                f", at least {least:,g}" if least is not None else "",
                f", at most {most:,g}" if most is not None else "",
            )
        )
        return self._rule(
            severity,
            column,
            "NUMBER",
            f"{column} is a number{limits}.",
            f"Write a bare number {unit}, or n/a where there is none.",
            IsNumber(least, most),
        )

    def tested(
        self, column: str, kind: str, severity: RuleSeverity, says: str, remedy: str, test: CellTest
    ) -> CobieRule:
        """A rule of a kind of its own."""
        return self._rule(severity, column, kind, says, remedy, test)

    def mentioned_in(
        self, sheet: str, column: str, what: str, severity: RuleSeverity, remedy: str
    ) -> CobieRule:
        """Another sheet has a row that names this one."""
        return self._rule(
            severity,
            "Name",
            sheet.upper(),
            f"Every row of {self.sheet} has at least one {what}.",
            remedy,
            MentionedIn(sheet, column, self.sheet, f"has no {what}: no row of {sheet} names it"),
        )
