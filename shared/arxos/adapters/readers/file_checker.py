"""Holds uploaded files against rules, in a child process with limits."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from arxos.adapters.readers.check_lines import result_of
from arxos.adapters.readers.child_process import ChildRun, child_environment, run_child
from arxos.adapters.readers.workbook_file_check import check_workbook
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import CheckResult, Finding

GIGABYTE = 1024**3
_CHILD = "arxos.adapters.readers.check_child"


class ChildFileChecker:
    """See `arxos.ports.checks.FileChecker`."""

    def __init__(
        self,
        *,
        memory_bytes: int = GIGABYTE * 2,
        seconds: float = 300.0,
        work_folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`work_folder`: where temporary files go, the system's own place if None."""
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._work_folder = work_folder
        self._environment = environment

    def check(self, path: Path) -> CheckResult:
        return self._found(self._checked(path, "file"))

    def check_cobie(self, path: Path) -> CheckResult | None:
        return self._checked(path, "cobie") if path.suffix == ".xlsx" else None

    def check_ids(self, ids: Path, model: Path) -> CheckResult:
        job = {"input": str(ids.resolve()), "model": str(model.resolve())}
        return self._found(self._done("ids", job))

    @contextmanager
    def marked(self, path: Path, findings: Sequence[Finding]) -> Iterator[Path]:
        environment = child_environment() if self._environment is None else self._environment
        with tempfile.TemporaryDirectory(prefix="arxos-mark-", dir=self._work_folder) as folder:
            listed, target = Path(folder) / "findings.jsonl", Path(folder) / "marked.xlsx"
            with listed.open("w", encoding="utf-8") as lines:
                for one in findings:
                    lines.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
            job = {
                "input": str(path.resolve()),
                "findings": str(listed),
                "target": str(target),
                "memory_bytes": self._memory_bytes,
            }
            run = run_child(_CHILD, "mark", job, Path(folder), self._seconds, environment)
            self._must_have_ended(run)
            yield target

    def _checked(self, path: Path, task: str) -> CheckResult | None:
        if path.suffix == ".xlsx":
            check_workbook(path)
        return self._done(task, {"input": str(path.resolve())})

    @staticmethod
    def _found(result: CheckResult | None) -> CheckResult:
        if result is None:
            raise UnreadableFile("There is nothing in the file that could be checked.")
        return result

    def _done(self, task: str, job: Mapping[str, str]) -> CheckResult | None:
        """What the child found; None where there was nothing for it to check."""
        environment = child_environment() if self._environment is None else self._environment
        with tempfile.TemporaryDirectory(prefix="arxos-check-", dir=self._work_folder) as folder:
            limited = {**job, "memory_bytes": self._memory_bytes}
            run = run_child(_CHILD, task, limited, Path(folder), self._seconds, environment)
            self._must_have_ended(run)
            return None if run.of("other") else result_of(run.lines)

    def _must_have_ended(self, run: ChildRun) -> None:
        """Raises UnreadableFile unless the child came to its end."""
        for refusal in run.of("unreadable"):
            raise UnreadableFile(refusal["message"])
        if run.ending == "finished" and run.of("end"):
            return
        if run.ending == "out of time":
            raise UnreadableFile(
                f"The file could not be checked within {self._seconds:.0f} seconds. Remove what is"
                " not needed, or split it."
            )
        raise UnreadableFile(
            "Checking the file takes more memory than there is, or it is damaged. Remove what is"
            " not needed, save it again, or split it."
        ) from ValueError(run.stderr)
