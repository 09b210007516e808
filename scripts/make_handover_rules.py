"""Write docs/handover-rules.md anew from the rules themselves: `make handover-rules`."""

from collections.abc import Iterable, Iterator

from arxos.domain.handover import cobie, registry
from arxos.domain.handover.rule import (
    LISTED_IN_ALL,
    LISTED_PER_RULE,
    WEIGHTS,
    RuleSeverity,
    StatedRule,
)
from scripts.local_cloud.places import ROOT

FILE = ROOT / "docs" / "handover-rules.md"
_ERROR, _WARNING = WEIGHTS[RuleSeverity.ERROR], WEIGHTS[RuleSeverity.WARNING]
_HEAD = f"""# The rules of a handover

Made by `make handover-rules` from `shared/arxos/domain/handover`; do not edit. A check
([how to start one](imports.md#checks)) holds a COBie 2.4 workbook, or the registry's records,
against these.

**Score.** Of each rule that was tested the share of rows that keep it, from 0 to 1; the mean of
all, an error counting {_ERROR} times, a warning {_WARNING} time, information not at all; times 100,
rounded down. All rules of a required sheet or column that is missing count as broken. 100 is given
only when no error and no warning is left.

**Findings.** Every one is counted. Up to {LISTED_PER_RULE:,} of a rule and
{LISTED_IN_ALL:,} in all are listed.

**What counts as empty.** A blank cell, and one that repeats its column's name. Where a rule says
so, `n/a` answers that there is no such thing. Names are compared without regard to case and blanks
around them; a cell that may name several is taken whole first, and parted at commas only if no row
has that name.

**Besides.** `READ-…` rules stand for the problems of
[imports](imports.md#warnings-and-errors): plain tables are checked by these alone.
"""


def text() -> str:
    """The page: the same for the same rules."""
    lines = [_HEAD, f"## COBie: {len(cobie.RULES)} rules\n"]
    for sheet, rules in cobie.BY_SHEET.items():
        lines += [f"### {sheet}\n", *_table(rules)]
    lines.append(f"## The registry: {len(registry.RULES)} rules\n")
    for kind, of_kind in registry.BY_KIND.items():
        lines += [f"### {kind.capitalize()}\n", *_table(of_kind)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(rules: Iterable[StatedRule]) -> Iterator[str]:
    yield "| rule | severity | what it says | remedy |"
    yield "|---|---|---|---|"
    for rule in rules:
        yield f"| `{rule.id}` | {rule.severity} | {rule.says} | {rule.remedy} |"
    yield ""


def main() -> None:
    FILE.write_text(text())
    print(f"Wrote {FILE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
