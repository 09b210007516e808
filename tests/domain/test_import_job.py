from dataclasses import replace
from datetime import timedelta

import pytest

from arxos.domain.errors import InvalidInput
from arxos.domain.import_job import MAX_ATTEMPTS, MAX_LISTED_PROBLEMS, ImportStatus
from arxos.domain.source import Problem
from arxos.ports.orders import MAX_DELIVERIES
from tests.make import NOON, make_building, make_import

BUILDING = make_building()


@pytest.mark.parametrize("name", ["house.ifc", "HOUSE.IFC", "Gebäude Süd.ifczip"])
def test_ifc_files_may_come(name: str) -> None:
    assert make_import(BUILDING, filename=name).filename == name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "cannot be empty"),
        ("house.dwg", "'house.dwg' is none of them"),
        ("a/b.ifc", "path"),
        ("a\\b.ifc", "path"),
        ("${filename}.ifc", "variable"),
        ("a\x00.ifc", "control"),
    ],
)
def test_other_names_are_refused_with_the_reason(name: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        make_import(BUILDING, filename=name)


def test_the_record_lists_the_first_problems_and_counts_all() -> None:
    problems = tuple(
        Problem(severity=severity, code="X", message=str(n))
        for n in range(150)
        for severity in ("error", "warning")
    )

    job = make_import(BUILDING).with_problems(problems)

    assert len(job.errors) == len(job.warnings) == MAX_LISTED_PROBLEMS
    assert (job.errors_count, job.warnings_count) == (150, 150)


@pytest.mark.parametrize(
    ("status", "attempts"),
    [(ImportStatus.READING, MAX_ATTEMPTS), (ImportStatus.APPLYING, MAX_DELIVERIES)],
)
def test_an_import_whose_last_attempt_died_is_seen_as_failed(
    status: ImportStatus, attempts: int
) -> None:
    died = make_import(BUILDING, status=status, attempt="a", attempts=attempts, lease_until=NOON)
    before = replace(died, attempts=attempts - 1)

    seen = died.as_seen_at(NOON + timedelta(seconds=1))

    assert seen.status is ImportStatus.FAILED
    assert "importing the file again adds only what is missing" in seen.errors[0].message
    assert before.as_seen_at(NOON + timedelta(seconds=1)) == before


def test_so_is_one_whose_retry_never_came() -> None:
    died = make_import(
        BUILDING, status=ImportStatus.READING, attempt="a", attempts=1, lease_until=NOON
    )

    assert died.as_seen_at(NOON + timedelta(minutes=9)) is died
    seen = died.as_seen_at(NOON + timedelta(minutes=11))
    assert seen.status is ImportStatus.FAILED
    assert "(attempts: 1)." in seen.errors[0].message


@pytest.mark.parametrize(
    "changes",
    [
        {"attempts": 2},
        {"lease_until": NOON + timedelta(hours=1)},
        {"status": ImportStatus.APPLIED},
        {"attempts": 0, "lease_until": None, "status": ImportStatus.AWAITING_UPLOAD},
    ],
)
def test_an_import_that_may_still_go_on_is_seen_as_it_is(changes: dict[str, object]) -> None:
    values = {"status": ImportStatus.APPLYING, "attempts": 3, "lease_until": NOON, **changes}
    job = make_import(BUILDING, **values)

    assert job.as_seen_at(NOON + timedelta(seconds=1)) is job


def test_a_failed_import_keeps_what_it_knew() -> None:
    job = make_import(BUILDING, errors=(Problem(severity="error", code="A", message="a"),))
    job = replace(job, errors_count=1)

    failed = job.failed("B", "b", at=NOON)

    assert [p.code for p in failed.errors] == ["B", "A"]
    assert failed.errors_count == 2
    assert failed.events[0].name == "ImportFailed"
