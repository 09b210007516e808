"""What reading a file shows of its faults, as rules: what is no COBie is checked by these alone."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from arxos.domain.handover.rule import CheckResult, Findings, RuleSeverity
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
            id=_rule_id(problem),
            severity=RuleSeverity(problem.severity),
            says=f"An import of the file would not say {problem.code} (docs/imports.md).",
            remedy="Mend it in the program that the file comes from, and save it again.",
        )
        for problem in problems
    }


def check_of_reading(problems: Iterable[Problem], *, of: int) -> CheckResult:
    """What reading `of` rows or records showed, as a check of its own."""
    found = tuple(problems)
    rules = reading_rules(found)
    findings = Findings(rules.values())
    add_problems(found, rules, findings, of=of)
    return findings.result()


def with_reading(check: CheckResult, problems: Iterable[Problem], *, of: int) -> CheckResult:
    """The check with what only reading showed: a fault that a rule tells already is told once.

    The score stays that of the rules: it says how good the handover is, not how well we read.
    """
    told = {(one.sheet.casefold(), one.row, (one.field or "").casefold()) for one in check.findings}
    rules = {one.rule for one in check.rules}
    more = check_of_reading(
        [
            problem
            for problem in problems
            if _rule_id(problem) not in rules
            and (
                (problem.sheet_or_class or ANYWHERE).casefold(),
                problem.row_or_line,
                (problem.field or "").casefold(),
            )
            not in told
        ],
        of=of,
    )
    order = list(RuleSeverity)
    return CheckResult(
        score=check.score,
        counts={one.value: check.counts[one] + more.counts[one] for one in RuleSeverity},
        rules=tuple(
            sorted((*check.rules, *more.rules), key=lambda rule: order.index(rule.severity))
        ),
        findings=tuple(
            sorted((*check.findings, *more.findings), key=lambda one: order.index(one.severity))
        ),
    )


def _rule_id(problem: Problem) -> str:
    return f"READ-{problem.code.replace('_', '-')}"


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
