"""What a check finds, as JSON lines and back: it comes out of a child process."""

from collections.abc import Iterable, Iterator
from typing import Any

from arxos.adapters.readers.child_process import plain_fields
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult, RuleSeverity


def result_lines(result: CheckResult) -> Iterator[dict[str, Any]]:
    """The score, the broken rules, each finding."""
    yield {"kind": "result", "score": result.score, "counts": dict(result.counts)}
    for rule in result.rules:
        yield {"kind": "rule", **plain_fields(rule)}
    for finding in result.findings:
        yield {"kind": "finding", **plain_fields(finding)}


def result_of(lines: Iterable[dict[str, Any]]) -> CheckResult:
    """The result that these lines tell."""
    score, counts = 0.0, {}
    rules: list[RuleResult] = []
    findings: list[Finding] = []
    for line in lines:
        fields = {name: value for name, value in line.items() if name != "kind"}
        if line["kind"] == "result":
            score, counts = fields["score"], fields["counts"]
        elif line["kind"] == "rule":
            rules.append(rule_result(fields))
        elif line["kind"] == "finding":
            findings.append(finding(fields))
    return CheckResult(score=score, counts=counts, rules=tuple(rules), findings=tuple(findings))


def finding(fields: dict[str, Any]) -> Finding:
    """A finding from its plain fields."""
    return Finding(**{**fields, "severity": RuleSeverity(fields["severity"])})


def rule_result(fields: dict[str, Any]) -> RuleResult:
    """A rule's result from its plain fields."""
    return RuleResult(**{**fields, "severity": RuleSeverity(fields["severity"])})
