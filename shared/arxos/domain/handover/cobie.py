"""All rules of COBie 2.4, and a workbook held against them."""

from collections.abc import Mapping

from arxos.domain.handover import cobie_assets, cobie_operation, cobie_places
from arxos.domain.handover.cell_tests import Cell, CheckedRow, CheckedSheet, Filled, Workbook
from arxos.domain.handover.cobie_rule import CobieRule
from arxos.domain.handover.rule import Findings

BY_SHEET: Mapping[str, tuple[CobieRule, ...]] = {
    "Contact": cobie_places.CONTACT,
    "Facility": cobie_places.FACILITY,
    "Floor": cobie_places.FLOOR,
    "Space": cobie_places.SPACE,
    "Zone": cobie_places.ZONE,
    "Type": cobie_assets.TYPE,
    "Component": cobie_assets.COMPONENT,
    "System": cobie_assets.SYSTEM,
    "Assembly": cobie_assets.ASSEMBLY,
    "Connection": cobie_assets.CONNECTION,
    "Spare": cobie_operation.SPARE,
    "Resource": cobie_operation.RESOURCE,
    "Job": cobie_operation.JOB,
    "Impact": cobie_operation.IMPACT,
    "Document": cobie_operation.DOCUMENT,
    "Attribute": cobie_operation.ATTRIBUTE,
    "Coordinate": cobie_operation.COORDINATE,
    "Issue": cobie_operation.ISSUE,
}
RULES: tuple[CobieRule, ...] = tuple(rule for rules in BY_SHEET.values() for rule in rules)
KEYS: Mapping[str, str] = {sheet: "Email" if sheet == "Contact" else "Name" for sheet in BY_SHEET}


def check_cobie(sheets: Mapping[str, CheckedSheet], findings: Findings) -> None:
    """Add what COBie's rules find wrong; `sheets` by their names in the standard."""
    workbook = Workbook(sheets, KEYS)
    for name in BY_SHEET:
        _check_sheet(name, workbook, findings)


def required_columns(sheet: str) -> tuple[str, ...]:
    """The columns in which the standard requires values, be it n/a, in the rules' order."""
    return tuple(
        rule.column
        for rule in BY_SHEET[sheet]
        if rule.column and rule.severity != "info" and isinstance(rule.test, Filled)
    )


def _check_sheet(name: str, workbook: Workbook, findings: Findings) -> None:
    rules = BY_SHEET[name]
    sheet = workbook.sheets.get(name)
    filled = sheet is not None and next(iter(sheet.rows()), None) is not None
    is_needed = next((rule for rule in rules if rule.kind == "SHEET"), None)
    if is_needed:
        findings.tested(is_needed)
        if not filled:
            what = "no rows on sheet" if sheet is not None else "no sheet"
            findings.broken(is_needed, f"The workbook has {what} {name}.")
            for rule in rules:
                if rule is not is_needed:
                    findings.moot(rule)
            return
    if sheet is None or not filled:
        return
    missing = [column for column in required_columns(name) if not sheet.has(column)]
    for rule in rules:
        if rule.kind == "COLUMNS":
            findings.tested(rule, len(required_columns(name)))
            for column in missing:
                findings.broken(
                    rule,
                    f"Sheet {name} has no column {column}.",
                    row=sheet.header_row,
                    column=column,
                )
        elif rule.kind == "ONE":
            _check_one_row(rule, sheet, findings)
        elif rule.column in missing:
            findings.moot(rule)
    on_cells = [
        (rule, rule.column, rule.test)
        for rule in rules
        if rule.test and rule.column and sheet.has(rule.column)
    ]
    key = KEYS[name]
    for row in sheet.rows():
        for rule, column, test in on_cells:
            fault = test.fault(Cell(row, column, workbook, rule.id))
            if fault is False:
                continue
            findings.tested(rule)
            if fault is not None:
                findings.broken(
                    rule,
                    f"{_called(name, row, key)} {fault}.",
                    row=row.number,
                    key=row.text(key),
                    value=row.text(column),
                )


def _check_one_row(rule: CobieRule, sheet: CheckedSheet, findings: Findings) -> None:
    key = KEYS[rule.sheet]
    for index, row in enumerate(sheet.rows()):
        findings.tested(rule)
        if index:
            findings.broken(
                rule,
                f"{_called(rule.sheet, row, key)} is one more on a sheet that has one row.",
                row=row.number,
                key=row.text(key),
                value=row.text(key),
                column=key,
            )


def _called(sheet: str, row: CheckedRow, key: str) -> str:
    name = row.text(key)
    return f"{sheet} '{name[:80]}'" if name else f"Row {row.number} of {sheet}"
