"""A chunk is prepared while the one before is committed: the order and the end are the same."""

from dataclasses import replace
from threading import Event

import pytest

from arxos.domain.errors import ChangedMeanwhile
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.use_cases.commit_beside import CommitBeside
from tests.make import make_building, make_import
from tests.use_cases.test_read_building_file import Importing, counters

WAIT = 30


def job(chunks: int) -> ImportJob:
    return replace(make_import(make_building(), id="imp_1"), chunks_done=chunks)


def test_the_next_chunk_is_prepared_while_a_commit_is_under_way() -> None:
    prepared, told = Event(), []

    def slow() -> None:
        assert prepared.wait(WAIT)
        told.append("first")

    with CommitBeside(job(0)) as committed:
        committed.follow(slow, job(1))
        assert committed.job.chunks_done == 0
        prepared.set()
        committed.follow(lambda: told.append("second"), job(2))
        assert committed.job.chunks_done == 1

    assert (told, committed.job.chunks_done) == (["first", "second"], 2)


def test_nothing_is_committed_after_a_commit_that_failed() -> None:
    told: list[str] = []

    def refused() -> None:
        raise ChangedMeanwhile

    committed = CommitBeside(job(0))
    with pytest.raises(ChangedMeanwhile), committed:
        committed.follow(lambda: told.append("first"), job(1))
        committed.follow(refused, job(2))
        committed.follow(lambda: told.append("third"), job(3))

    assert (told, committed.job.chunks_done) == (["first"], 1)


def test_a_commit_under_way_is_waited_for_when_preparing_fails() -> None:
    prepared = Event()

    def slow() -> None:
        assert prepared.wait(WAIT)

    committed = CommitBeside(job(0))
    with pytest.raises(RuntimeError), committed:
        committed.follow(slow, job(1))
        prepared.set()
        raise RuntimeError

    assert committed.job.chunks_done == 1


def test_an_import_whose_chunk_is_refused_goes_on_from_its_last_commit() -> None:
    importing = Importing()
    commits = 0

    def sometimes_refused() -> None:
        nonlocal commits
        commits += 1
        if commits in (4, 6):
            raise ChangedMeanwhile

    importing.desk.before_commit = sometimes_refused
    importing.run()

    told = importing.job
    assert (told.status, told.counts.created) == (ImportStatus.APPLIED, 182)
    assert counters(importing) == (2, 20, 160)
    # Two commits were refused; the others are the chunks, and the waiting, begin and end.
    assert commits == told.chunks_done + 2 + 3
