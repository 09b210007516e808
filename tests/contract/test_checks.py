"""Checks are kept alike by the fake, by moto and by DynamoDB Local."""

from dataclasses import replace

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import Conflict, NotFound
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult, RuleSeverity
from arxos.ports.lists import Page
from arxos.ports.registry import UnitOfWork
from tests.make import NOON, make_check

RESULT = CheckResult(
    score=97.5,
    counts={"error": 1, "warning": 0, "info": 0},
    rules=(
        RuleResult(
            rule="R", severity=RuleSeverity.ERROR, sheet="Space", column=None, says="So it is.",
            tested=40, broken=1, listed=1,
        ),
    ),
    findings=(
        Finding(
            rule="R", severity=RuleSeverity.ERROR, sheet="Space", row=3, key="214",
            message="It is not.", remedy="Make it so.",
        ),
    ),
)  # fmt: skip


def test_a_check_comes_back_as_it_was_saved(uow: UnitOfWork, building: Building) -> None:
    job = make_check(building, attempt="a")
    with uow:
        uow.checks.add(job.started(building.name))
    done = job.done(RESULT, at=NOON)
    with uow:
        uow.checks.save(done)
    assert uow.checks.get(building.id, job.id) == done

    failed = replace(job, id=job.id + "1").failed("X", "It failed.", at=NOON)
    with uow:
        uow.checks.add(failed)
    assert uow.checks.get(building.id, failed.id) == failed


def test_checks_are_listed_newest_first_and_in_parts(uow: UnitOfWork, building: Building) -> None:
    jobs = [make_check(building, id=f"chk_{number}") for number in range(3)]
    for job in jobs:
        with uow:
            uow.checks.add(job)
    first = uow.checks.list(building.id, Page(2))
    rest = uow.checks.list(building.id, Page(2, first.position))
    assert [*first.items, *rest.items] == jobs[::-1]


def test_who_lost_a_check_cannot_save_it(uow: UnitOfWork, building: Building) -> None:
    job = make_check(building, attempt="a")
    with uow:
        uow.checks.add(job)
    with pytest.raises(Conflict), uow:
        uow.checks.save(replace(job, attempt="b"))
    with pytest.raises(Conflict), uow:
        uow.checks.add(job)


def test_a_check_of_another_organisation_is_not_there(
    uow: UnitOfWork, other_organization: UnitOfWork, building: Building
) -> None:
    job = make_check(building)
    with uow:
        uow.checks.add(job)
    with pytest.raises(NotFound):
        other_organization.checks.get(building.id, job.id)
