"""What a file should have and has not, where the building has records of its document already.

What it does not say changes nothing. But a misspelt column or a lost sheet is more likely a fault
of the file than news of the building, so a person should read the plan before it is applied, and
before its sheets are kept in place of those of the last file.
"""

from arxos.domain.source import Problem, SourceModel

_GAPS = frozenset({"COLUMN_MISSING", "SHEET_MISSING", "HEADER_MISSING"})
_SHOWN = 5


def gaps(model: SourceModel) -> list[Problem]:
    """One warning that names what is missing."""
    missing = [problem for problem in model.problems if problem.code in _GAPS]
    if not missing:
        return []
    named = [
        f"column '{p.field}' of '{p.sheet_or_class}'"
        if p.code == "COLUMN_MISSING"
        else f"sheet '{p.sheet_or_class}'"
        for p in missing[:_SHOWN]
    ]
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return [
        Problem(
            severity="warning",
            code="FILE_INCOMPLETE",
            message=f"The building has records of this document, and this file lacks"
            f" {', '.join(named)}{more}. What it does not say changes nothing; its plan waits for a"
            " person to read and apply it.",
            sheet_or_class=missing[0].sheet_or_class,
            field=missing[0].field,
        )
    ]
