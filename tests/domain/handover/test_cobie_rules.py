"""Every rule of COBie: a good handover keeps it, and one fault breaks it where the fault is."""

from typing import Any

import pytest

from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.domain.handover.cell_tests import (
    AtMost,
    Filled,
    IsDay,
    IsEmail,
    IsNumber,
    MentionedIn,
    NamesSheet,
    OneOf,
    Refers,
    RefersToRow,
    Unique,
)
from arxos.domain.handover.cobie import BY_SHEET, KEYS, RULES, required_columns
from arxos.domain.handover.cobie_rule import CobieRule
from arxos.domain.handover.rule import (
    LISTED_PER_RULE,
    CheckResult,
    Findings,
    RuleSeverity,
)
from tests.domain.handover.workbooks import Rows, check, good_rows

WRONG: dict[type[Any], Any] = {
    Filled: None,
    Refers: "Nowhere",
    RefersToRow: "Nowhere",
    NamesSheet: "Nowhere",
    OneOf: "Banana",
    IsEmail: "ada at example",
    IsDay: "03/04/2026",
    IsNumber: "tall",
    AtMost: 1_000_000,
}


def broken(rule: CobieRule, rows: Rows) -> int:
    """Break the rule once; the row in which a finding of it must be (1 is the header)."""
    sheet = rule.sheet
    if rule.kind == "SHEET":
        del rows[sheet]
        return 0
    if rule.kind == "COLUMNS":
        for row in rows[sheet]:
            del row[required_columns(sheet)[0]]
        return 1
    if rule.kind == "ONE":
        rows[sheet].append({**rows[sheet][0], "Name": "South Tower"})
        return 3
    assert rule.column is not None
    row = rows[sheet][-1]
    if isinstance(rule.test, Unique):
        rows[sheet].append({**row})
        return len(rows[sheet]) + 1
    if isinstance(rule.test, MentionedIn):
        rows[sheet].append({**row, KEYS[sheet]: "Never mentioned"})
        return len(rows[sheet]) + 1
    row[rule.column] = WRONG[type(rule.test)]
    return len(rows[sheet]) + 1


def found(result: CheckResult, rule: str) -> list[Any]:
    return [finding for finding in result.findings if finding.rule == rule]


def test_a_good_handover_breaks_no_rule_and_every_rule_looks_at_it() -> None:
    result = check(good_rows())
    assert (result.score, result.findings, result.rules) == (100.0, (), ())
    assert set(good_rows()) == set(BY_SHEET) == set(COLUMNS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_broken_rule_is_found_where_it_is_broken(rule: CobieRule) -> None:
    rows = good_rows()
    row = broken(rule, rows)
    result = check(rows)

    (finding,) = found(result, rule.id)
    assert (finding.row or 0) == row
    assert (finding.sheet, finding.severity) == (rule.sheet, rule.severity)
    assert finding.message.endswith(".")
    assert finding.remedy == rule.remedy
    if rule.severity is not RuleSeverity.INFO:
        assert result.score < 100


def test_ids_are_unique_and_say_sheet_and_column() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.id.startswith(f"COBIE-{rule.sheet.upper()}-")
        assert rule.column is None or rule.column in COLUMNS[rule.sheet]


@pytest.mark.parametrize("kind", [Filled, Refers, OneOf, IsDay, IsNumber])
def test_not_applicable_is_an_answer_unless_a_value_must_stand(kind: type[Any]) -> None:
    """COBie wants n/a where there is nothing; a blank cell may as well be forgotten."""
    for rule in RULES:
        if isinstance(rule.test, kind):
            rows = good_rows()
            rows[rule.sheet][0][str(rule.column)] = "n/a"
            wrong = kind is Filled and not getattr(rule.test, "or_na", True)
            assert bool(found(check(rows), rule.id)) is wrong, rule.id


def test_a_cell_that_repeats_its_heading_is_empty() -> None:
    rows = good_rows()
    rows["Type"][0]["Manufacturer"] = "Manufacturer"
    (finding,) = check(rows).findings
    assert finding.rule == "COBIE-TYPE-MANUFACTURER-REQUIRED"
    assert "repeats the column's name" in finding.message


def test_a_name_with_a_comma_is_one_name() -> None:
    rows = good_rows()
    rows["Space"][0]["Name"] = "101, east"
    rows["Component"][0]["Space"] = rows["Component"][1]["Space"] = "101, east"
    rows["Zone"][0]["SpaceNames"] = "101, east"
    for sheet in ("Attribute", "Issue"):
        for row in rows[sheet]:
            row["RowName" if sheet == "Attribute" else "RowName1"] = "101, east"
    assert check(rows).findings == ()


def test_a_missing_sheet_costs_as_much_as_all_its_rules() -> None:
    without, empty, blank = good_rows(), good_rows(), good_rows()
    del without["Type"]
    empty["Type"] = []
    for row in blank["Type"]:
        row["ModelNumber"] = None
    assert check(without).score < check(blank).score < 100
    assert check(without).score == pytest.approx(check(empty).score)


def test_the_score_is_the_share_of_rules_kept_by_weight() -> None:
    errors, warnings = (
        CobieRule(id=name, severity=s, sheet="Space", kind="X", says="", remedy="")
        for name, s in (("E", RuleSeverity.ERROR), ("W", RuleSeverity.WARNING))
    )
    findings = Findings((errors, warnings))
    findings.tested(errors, 4)
    findings.tested(warnings, 2)
    findings.broken(errors, "one of four")
    assert findings.result().score == 81.2  # (3 × 3/4 + 1 × 2/2) / 4, rounded down


def test_one_fault_a_million_times_is_counted_in_full_and_listed_in_part() -> None:
    (rule, *_) = RULES
    findings = Findings(RULES)
    findings.tested(rule, 20_000)
    for row in range(20_000):
        findings.broken(rule, "…", row=row)
    result = findings.result()
    assert result.counts["error"] == result.rules[0].broken == 20_000
    assert len(result.findings) == result.rules[0].listed == LISTED_PER_RULE
