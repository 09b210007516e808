"""Runs a reader in a process of its own, with a time limit, and reads back what it wrote.

The child is a module with `main([task, job file])`; see `ifc_child` and `workbook_child`.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

Ending = Literal["finished", "out of time", "out of memory", "crashed"]

# How a child says that the memory it was given does not do.
OUT_OF_MEMORY = 77
# What a Python of AWS Lambda needs to start. Nothing else is handed on: a process that parses
# strangers' files has no use for credentials.
_INHERITED = ("LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
# Python, C++ and the loader of shared libraries each say it in their own way.
_SIGNS_OF_NO_MEMORY = (
    "MemoryError",
    "bad_alloc",
    "Cannot allocate memory",
    "failed to map segment",
)


@dataclass(frozen=True, slots=True)
class ChildRun:
    """The whole lines the child wrote before it ended, and how it ended."""

    ending: Ending
    lines: Iterable[dict[str, Any]]
    """Read anew from the work directory each time: a large file's do not all fit into memory."""
    stderr: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The lines of one kind."""
        return [line for line in self.lines if line["kind"] == kind]


def child_environment() -> dict[str, str]:
    """The least environment in which the child finds its libraries."""
    # The settings module cannot know these: they belong to the interpreter, not to Arxos.
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}  # noqa: TID251
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path),
        "PYTHONUTF8": "1",
        # OpenBLAS takes address space for every core when it is loaded.
        "OPENBLAS_NUM_THREADS": "1",
    }


def run_child(
    module: str,
    task: str,
    job: Mapping[str, Any],
    work: Path,
    seconds: float,
    environment: Mapping[str, str],
) -> ChildRun:
    """A subprocess and files, since AWS Lambda has no shared memory for multiprocessing."""
    output, stderr, job_path = work / f"{task}.jsonl", work / f"{task}.err", work / f"{task}.json"
    output.write_bytes(b"")
    job_path.write_text(json.dumps({**job, "output": str(output)}), encoding="utf-8")
    ending: Ending
    with stderr.open("wb") as err:
        try:
            # -P keeps the work directory, which holds strangers' files, off the import path.
            code = subprocess.run(
                [sys.executable, "-P", "-m", module, task, str(job_path)],
                cwd=work,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=err,
                stderr=err,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            ending = "out of time"
        else:
            ending = _ending(code)
    said = stderr.read_bytes()[-4000:].decode("utf-8", errors="replace")
    if ending == "crashed" and any(sign in said for sign in _SIGNS_OF_NO_MEMORY):
        ending = "out of memory"
    return ChildRun(ending, _WholeLines(output), said)


def write_lines(
    task: Callable[[dict[str, Any]], Iterable[dict[str, Any]]], job_path: str, flush_on: str = ""
) -> int:
    """The child's side: do the job within its memory, a JSON line for each thing found.

    The parent trusts nothing but these lines; those of the kind `flush_on` outlive a crash.
    """
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    limit = int(job["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        with Path(job["output"]).open("w", encoding="utf-8") as out:
            for line in task(job):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                if line["kind"] == flush_on:
                    out.flush()
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def plain_fields(record: Any) -> dict[str, Any]:
    """`dataclasses.asdict` copies every value deeply, which takes longer than reading the file."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _ending(code: int) -> Ending:
    if code == 0:
        return "finished"
    return "out of memory" if code == OUT_OF_MEMORY else "crashed"


class _WholeLines:
    """A child that was killed may have left half a line at the end."""

    def __init__(self, output: Path) -> None:
        self._output = output

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self._output.open(encoding="utf-8", errors="replace") as file:
            yield from (json.loads(line) for line in file if line.endswith("}\n"))
