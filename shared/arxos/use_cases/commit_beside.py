"""Committing one chunk while the next one is prepared: in the time that a commit only waits."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Self

from arxos.domain.import_job import ImportJob


class CommitBeside:
    """Never two commits at once, and none after one that failed.

    `job` is the import as the last commit that is known to have succeeded left it.
    """

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._under_way: tuple[Future[None], ImportJob] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is under way any more; raises what the last commit raised."""
        try:
            self._settle()
        finally:
            self._thread.shutdown()

    def follow(self, commit: Callable[[], None], job: ImportJob) -> None:
        """Begin this commit once the one before has succeeded; raises what that one raised."""
        self._settle()
        self._under_way = self._thread.submit(copy_context().run, commit), job

    def _settle(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            future, job = under_way
            future.result()
            self.job = job
