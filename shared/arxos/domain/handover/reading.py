"""What reading a file shows of its faults, as rules: what is no COBie is checked by these alone."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from arxos.domain.handover.rule import Finding, Findings, RuleSeverity
from arxos.domain.source import Problem

ANYWHERE = "File"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRule:
    """That a file can be read without one kind of problem (docs/imports.md lists them)."""

    id: str
    severity: RuleSeverity
    sheet: str = ANYWHERE
    column: str | None = None
    says: str
    remedy: str


def reading_rules(problems: Iterable[Problem]) -> dict[str, ReadingRule]:
    """A rule for each kind of problem there is, by its code."""
    return {
        problem.code: ReadingRule(
            id=f"READ-{problem.code.replace('_', '-')}",
            severity=RuleSeverity(problem.severity),
            says=f"An import of the file would not say {problem.code} (docs/imports.md).",
            remedy="Mend it in the program that the file comes from, and save it again.",
        )
        for problem in problems
    }


def findings_of_reading(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """The problems as findings, the gravest first."""
    found = tuple(problems)
    rules = reading_rules(found)
    findings = Findings(rules.values())
    add_problems(found, rules, findings, of=len(found))
    return findings.result().findings


def add_problems(
    problems: Iterable[Problem],
    rules: dict[str, ReadingRule],
    findings: Findings,
    *,
    of: int,
    but: Container[str] = (),
) -> None:
    """Add what was found while reading `of` rows or records."""
    for rule in rules.values():
        findings.tested(rule, max(of, 1))
    for problem in problems:
        if problem.code in but:
            continue
        findings.broken(
            rules[problem.code],
            problem.message,
            sheet=problem.sheet_or_class or ANYWHERE,
            row=problem.row_or_line,
            key=problem.key,
            value=problem.value,
            column=problem.field,
        )
