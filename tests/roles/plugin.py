"""Holds what handlers call, in whatever test, against the roles that template.yaml gives them.

A test fails when a handler that it calls asks for what its function's role does not allow. At the
end of a session that ran all of `tests/functions`, on however many processes, it fails for each
right that no call has used and that nothing in `roles.py` explains.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.roles.recording import recorded
from tests.roles.roles import Roles
from tests.template.template_file import template

WHERE = "tests/functions/"


class RolesPlugin:
    """One per process; with pytest-xdist the first process adds up what the others recorded."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._stack = ExitStack()
        self.recording = self._stack.enter_context(recorded())
        self._roles = Roles(template())
        self._used: dict[str, set[str]] = {}
        self._collected: set[str] = set()
        self._left_out = False
        self._done: set[str] = set()
        self._failed = False
        self._unneeded: list[str] | None = None  # what is not known before the end

    @pytest.fixture(autouse=True)
    def _roles_allow_what_handlers_call(self) -> Iterator[None]:
        self._take()  # what a fixture of more than one test called
        yield
        if refused := self._take():
            pytest.fail("\n".join(refused), pytrace=False)

    def _take(self) -> list[str]:
        """Keep what was recorded since; a sentence for each right that a role does not give."""
        used, self.recording.used = self.recording.used, {}
        self._add(used)
        return self._roles.refused(used)

    def _add(self, used: Mapping[str, Iterable[str]]) -> None:
        for use_case, rights in used.items():
            self._used.setdefault(use_case, set()).update(rights)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._left_out |= any(item.nodeid.startswith(WHERE) for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = {i.nodeid for i in session.items if i.nodeid.startswith(WHERE)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed
        if report.when == "teardown":
            self._done.add(report.nodeid.partition("@")[0])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        told = getattr(node, "workeroutput", {}).get("roles")
        if told is None:
            self._left_out = True  # it died
            return
        self._left_out |= told["left_out"]
        self._collected |= set(told["collected"])
        self._add(told["used"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._stack.close()
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["roles"] = {
                "left_out": self._left_out,
                "collected": sorted(self._collected),
                "used": {use_case: sorted(rights) for use_case, rights in self._used.items()},
            }
        elif self._ran_all():
            self._unneeded = self._roles.unneeded(self._used)
            if self._unneeded:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _ran_all(self) -> bool:
        """Else a right may be needed by what has not run."""
        folder = Path(__file__).parents[2] / WHERE
        files = {f"{WHERE}{file.name}" for file in folder.glob("test_*.py")}
        begun = {name.partition("::")[0] for name in self._collected}
        ended = self._collected <= self._done and not self._failed
        return files <= begun and ended and not self._left_out

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._unneeded is None:
            return
        terminalreporter.section("roles in template.yaml", red=bool(self._unneeded))
        for sentence in self._unneeded or ["Every right that a role gives is needed."]:
            terminalreporter.write_line(sentence)
