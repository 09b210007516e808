"""Reads a file as the import does, in a process that may neither hang nor swell."""

import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from pathlib import Path

from arxos.adapters.readers.by_suffix import ReaderBySuffix
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

SECONDS = 90
# What the reading process may take beyond what the test's has already; the processes that it
# starts for openpyxl and ifcopenshell have limits of their own.
MORE_MEMORY = 700 * 2**20


def read_within_limits(path: Path) -> SourceModel:
    """Raises UnreadableFile as the reader does, and AssertionError for whatever else ends it."""
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    process = fork.Process(target=_read, args=(path, sending))
    process.start()
    sending.close()
    answered = receiving.poll(SECONDS)
    if not answered:
        process.kill()
    assert answered, f"{path.name} was not read within {SECONDS} seconds"
    try:
        answer = receiving.recv()
    except EOFError:
        process.join()
        raise AssertionError(f"the reader died over {path.name}: {process.exitcode}") from None
    process.join()
    if isinstance(answer, UnreadableFile):
        raise answer
    assert isinstance(answer, SourceModel), answer
    return answer


def _read(path: Path, answer: Connection) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        answer.send(ReaderBySuffix().read(path, profile="cobie"))
    except UnreadableFile as refusal:
        answer.send(UnreadableFile(refusal.message))
    except BaseException as error:  # all of it must reach the test
        answer.send(repr(error))
