"""How a record is changed: read, judged, written; again where somebody else came first."""

from collections.abc import Callable
from typing import TypeVar

from arxos.domain.errors import (
    ArxosError,
    BeingDeleted,
    ChangedMeanwhile,
    DoneBefore,
    PreconditionFailed,
)
from arxos.domain.record import Record
from arxos.domain.user import User
from arxos.ports.registry import UnitOfWork

R = TypeVar("R", bound=Record)
T = TypeVar("T")

# Without If-Match a change is about its fields alone, and is made again on what the other wrote.
ATTEMPTS = 5

Versions = frozenset[int] | None
"""The versions a caller will change (If-Match); None: whichever there is."""


def check_version(record: Record | User, versions: Versions) -> None:
    """Raises PreconditionFailed for a record in another version than the caller has seen."""
    if versions is not None and record.version not in versions:
        raise PreconditionFailed


def create_record(
    record_id: str,
    add: Callable[[], None],
    find: Callable[[str], T],
    made: T,
    *,
    uow: UnitOfWork,
) -> T:
    """What was made, stored; or, where this very request comes again, what it made before.

    `add` queues it; `find` reads one by its id.
    """
    try:
        with uow:
            uow.only_once(record_id)
            add()
    except DoneBefore as before:
        return find(before.record_id)
    return made


def change_record(
    read: Callable[[], R],
    change: Callable[[R], R],
    write: Callable[[R], None],
    *,
    uow: UnitOfWork,
    versions: Versions,
) -> R:
    """The record as `change` makes it, stored; as it was, when that is no change.

    `read` also says whether the caller may do this. Where this very request comes again, its
    change is not made again: the record as it is now. Raises PreconditionFailed, and
    ChangedMeanwhile when others came first ATTEMPTS times.
    """
    for remaining in reversed(range(ATTEMPTS)):
        record = read()
        try:
            check_version(record, versions)
            changed = change(record)
        except ArxosError:
            # It may be this request's own change that now stands in its way.
            if not uow.done_before():
                raise
            return record
        if changed == record:
            return record
        try:
            with uow:
                uow.only_once(record.id)
                write(changed)
        except DoneBefore:
            return read()
        except ChangedMeanwhile:
            if versions is not None:
                raise PreconditionFailed from None
            if remaining == 0:
                raise
            continue
        return changed.stored()
    raise AssertionError("unreachable: the last attempt returns or raises")


def remove_record(
    read: Callable[[], R],
    write: Callable[[R], None],
    *,
    uow: UnitOfWork,
    versions: Versions,
) -> R:
    """The record that was removed. `write` gets it as read; errors as in `change_record`."""
    for remaining in reversed(range(ATTEMPTS)):
        record = read()
        check_version(record, versions)
        if getattr(record, "deletion_id", None) is not None:
            raise BeingDeleted(record.kind)
        try:
            with uow:
                write(record)
        except ChangedMeanwhile:
            if versions is not None and read().version not in versions:
                raise PreconditionFailed from None
            if remaining == 0:
                raise
            continue
        return record
    raise AssertionError("unreachable: the last attempt returns or raises")
