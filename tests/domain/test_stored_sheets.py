"""Which stored sheets count, and what an import tells of those it replaces."""

from dataclasses import replace

from arxos.domain.source import KeptSheet
from arxos.domain.stored_sheets import (
    StoredHead,
    stored_parts,
    stored_problems,
    stored_that_count,
)

JOB = KeptSheet(name="Job", columns=("Name",), rows=(("a",), ("b",)))


def parts(document: str, *sheets: KeptSheet) -> list[str]:
    return [part for part, _ in stored_parts(document, sheets)]


def test_the_newest_version_of_a_document_s_sheet_counts() -> None:
    (job,) = parts("cobie", JOB)
    (again,) = parts("arxos", replace(JOB, document="cobie"))
    (other,) = parts("table", JOB)

    found = stored_that_count([("imp_1", job), ("imp_2", again), ("imp_3", other)])

    assert found == [("imp_2", again), ("imp_3", other)]


def test_an_empty_sheet_replaces_none() -> None:
    assert parts("cobie", KeptSheet(name="Job", columns=("Name",))) == []


def test_two_sheets_of_one_name_are_both_kept() -> None:
    first, second = parts("cobie", JOB, replace(JOB, name="JOB"))

    assert stored_that_count([("imp_1", first), ("imp_1", second)]) == [
        ("imp_1", first),
        ("imp_1", second),
    ]


def head(name: str, rows: int, document: str = "cobie") -> StoredHead:
    return StoredHead(name=name, document=document, rows=rows)


def test_fewer_rows_and_missing_sheets_are_told_with_their_counts() -> None:
    stored = (head("Job", 94), head("Contact", 58), head("Spare", 2), head("Space", 22))

    problems = stored_problems(stored, "cobie", (JOB,))

    assert [(p.code, p.sheet_or_class) for p in problems] == [
        ("STORED_ROWS_REPLACED", "Job"),
        ("STORED_SHEETS_STAY", None),
    ]
    assert "Contact (58), Spare (2)." in problems[1].message


def test_another_document_s_sheets_are_no_matter() -> None:
    assert stored_problems((head("Notes", 9, "table"),), "cobie", (JOB,)) == ()
    assert stored_problems((head("Job", 2),), "cobie", (JOB,)) == ()
