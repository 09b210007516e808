"""Collects what a reader finds wrong: the first of each kind in full, the rest as a count."""

from typing import TypedDict, Unpack

from arxos.domain.source import Problem, Severity

# The import keeps them all in its report; a file with a million faults must not fill the memory.
SHOWN_PER_CODE = 1_000


class Place(TypedDict, total=False):
    """Where in a file a problem is: its line or row, the thing's key, the field and its value."""

    line: int | None
    key: str | None
    field: str | None
    value: str | None


class ProblemList:
    """A file with one mistake made a million times gets a thousand sentences and a total."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._counts: dict[str, int] = {}
        self._severities: dict[str, Severity] = {}

    def warn(
        self, code: str, message: str, *, ifc_class: str | None = None, **place: Unpack[Place]
    ) -> None:
        """Something was taken over with a repair or a guess that `message` names."""
        self._tell("warning", code, message, ifc_class, place)

    def error(
        self, code: str, message: str, *, ifc_class: str | None = None, **place: Unpack[Place]
    ) -> None:
        """Something was not taken over; `message` says what."""
        self._tell("error", code, message, ifc_class, place)

    def _tell(
        self, severity: Severity, code: str, message: str, ifc_class: str | None, place: Place
    ) -> None:
        value = place.get("value")
        self.add(
            Problem(
                severity=severity,
                code=code,
                message=message,
                sheet_or_class=ifc_class,
                row_or_line=place.get("line"),
                key=place.get("key"),
                field=place.get("field"),
                value=value[:200] if value else value,
            )
        )

    def add(self, problem: Problem) -> None:
        """Keep the problem, or only count it when many of its kind are there already."""
        count = self._counts.get(problem.code, 0) + 1
        self._counts[problem.code] = count
        self._severities.setdefault(problem.code, problem.severity)
        if count <= SHOWN_PER_CODE:
            self._problems.append(problem)

    def has(self, code: str) -> bool:
        """Whether a problem of this code was found."""
        return code in self._counts

    def all(self) -> tuple[Problem, ...]:
        """The problems in the order they were found, then what was left off."""
        left_off = (
            Problem(
                severity=self._severities[code],
                code=code,
                message=f"{count - SHOWN_PER_CODE} more like '{code}' are not listed.",
            )
            for code, count in self._counts.items()
            if count > SHOWN_PER_CODE
        )
        return (*self._problems, *left_off)
