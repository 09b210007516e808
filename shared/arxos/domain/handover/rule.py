"""A rule of a handover, what a check finds against it, and the score of all of them together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class RuleSeverity(StrEnum):
    """How much a broken rule weighs. Most grave first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


# What a rule counts in the score. Advice costs nothing.
WEIGHTS: Mapping[RuleSeverity, int] = {
    RuleSeverity.ERROR: 3,
    RuleSeverity.WARNING: 1,
    RuleSeverity.INFO: 0,
}
# A check keeps so many findings to be read, of one rule and in all; it counts every one.
LISTED_PER_RULE = 10_000
LISTED_IN_ALL = 100_000


class StatedRule(Protocol):
    """What every rule says of itself, wherever it comes from."""

    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> RuleSeverity: ...
    @property
    def sheet(self) -> str: ...
    @property
    def column(self) -> str | None: ...
    @property
    def says(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a rule is broken, said so that somebody can find and mend it.

    `sheet` is also a kind of record (`rooms`) or a class of IFC; `row` is null where there is none.
    """

    rule: str
    severity: RuleSeverity
    sheet: str
    row: int | None = None
    key: str | None = None
    field: str | None = None
    value: str | None = None
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """How often a rule was tested and broken, and how many findings of it are listed."""

    rule: str
    severity: RuleSeverity
    sheet: str
    column: str | None
    says: str
    tested: int
    broken: int
    listed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check found. `rules` are those that were broken, in the order of their findings."""

    score: float
    counts: Mapping[str, int]
    rules: tuple[RuleResult, ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Tally:
    tested: int = 0
    broken: int = 0
    is_moot: bool = False
    findings: list[Finding] = field(default_factory=list)


class Findings:
    """Collects what a check finds, in bounded memory."""

    def __init__(self, rules: Iterable[StatedRule]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._tallies = {rule: _Tally() for rule in self._rules}
        self._listed = 0

    def tested(self, rule: StatedRule, times: int = 1) -> None:
        """The rule was looked at."""
        self._tallies[rule.id].tested += times

    def broken(
        self,
        rule: StatedRule,
        message: str,
        *,
        row: int | None = None,
        key: str | None = None,
        value: str | None = None,
        column: str | None = None,
        sheet: str | None = None,
    ) -> None:
        """The rule does not hold here."""
        tally = self._tallies[rule.id]
        tally.broken += 1
        if len(tally.findings) >= LISTED_PER_RULE or self._listed >= LISTED_IN_ALL:
            return
        self._listed += 1
        tally.findings.append(
            Finding(
                rule=rule.id,
                severity=rule.severity,
                sheet=sheet or rule.sheet,
                row=row,
                key=key[:200] if key else key,
                field=column or rule.column,
                value=value[:200] if value else value,
                message=message,
                remedy=rule.remedy,
            )
        )

    def moot(self, rule: StatedRule) -> None:
        """What the rule is about is missing altogether: the score counts it as wholly broken."""
        self._tallies[rule.id].is_moot = True

    def result(self) -> CheckResult:
        """All of it, the gravest rules first."""
        order = list(RuleSeverity)
        ranked = sorted(self._rules.values(), key=lambda rule: order.index(rule.severity))
        counts = {severity.value: 0 for severity in RuleSeverity}
        rules: list[RuleResult] = []
        found: list[Finding] = []
        for rule in ranked:
            tally = self._tallies[rule.id]
            counts[rule.severity.value] += tally.broken
            if tally.broken:
                found.extend(tally.findings)
                rules.append(
                    RuleResult(
                        rule=rule.id,
                        severity=rule.severity,
                        sheet=rule.sheet,
                        column=rule.column,
                        says=rule.says,
                        tested=tally.tested,
                        broken=tally.broken,
                        listed=len(tally.findings),
                    )
                )
        return CheckResult(
            score=self._score(ranked), counts=counts, rules=tuple(rules), findings=tuple(found)
        )

    def _score(self, rules: Sequence[StatedRule]) -> float:
        """The share of each rule that holds, by weight, from 0 to 100; 100 only if all hold."""
        weights = kept = 0.0
        for rule in rules:
            tally, weight = self._tallies[rule.id], WEIGHTS[rule.severity]
            if tally.is_moot:
                weights += weight
            elif tally.tested:
                weights += weight
                kept += weight * (1 - min(1.0, tally.broken / tally.tested))
        if not weights:
            return 100.0
        score = 100 * kept / weights
        return 100.0 if kept == weights else min(99.9, int(score * 10) / 10)
