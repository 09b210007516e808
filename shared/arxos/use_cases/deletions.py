"""Removing a record: alone, where it holds nothing, or with all that is in it.

A building, floor or room that goes with all that is in it is marked first: from then on it takes no
changes and nothing new. Small trees are removed while their caller waits, others in the background
(see `arxos.use_cases.tree_removal`).
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, DeletionStatus, Target
from arxos.domain.errors import ArxosError, ChangedMeanwhile, NotFound, ServiceUnavailable
from arxos.domain.identifiers import NewId
from arxos.domain.user import Actor
from arxos.ports.deletions import DeletionDesk, DeletionOrder
from arxos.ports.orders import Delivery, OrderQueue
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import ATTEMPTS, Versions, check_version
from arxos.use_cases.records import RecordKind, remove_empty
from arxos.use_cases.tree_removal import (
    Clock,
    Pause,
    TreeRemoval,
    get_parent,
    held_by,
    remove_one,
)

# A tree of so many records is removed while its caller waits.
SMALL_TREE = 60
WHILE_THE_CALLER_WAITS = timedelta(seconds=10)


def delete_record(
    kind: RecordKind,
    building_id: str,
    record_id: str,
    *,
    cascade: bool,
    versions: Versions,
    uow: UnitOfWork,
    queue: OrderQueue[DeletionOrder],
    actor: Actor,
    new_id: NewId,
    clock: Clock,
    pause: Pause,
) -> Deletion | None:
    """Remove a building, floor or room; with `cascade` as `start_deletion`, else as `remove_empty`.

    The deletion, `done` or under way; None when a record that held nothing is gone.
    """
    if not cascade:
        remove_empty(
            kind, building_id, record_id, versions=versions, uow=uow, actor=actor, now=clock()
        )
        return None
    return start_deletion(
        kind,
        building_id,
        record_id,
        versions=versions,
        uow=uow,
        queue=queue,
        actor=actor,
        new_id=new_id,
        clock=clock,
        pause=pause,
    )


def start_deletion(
    kind: str,
    building_id: str,
    record_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    queue: OrderQueue[DeletionOrder],
    actor: Actor,
    new_id: NewId,
    clock: Clock,
    pause: Pause,
) -> Deletion:
    """Remove a building, floor or room with all that is in it: `done`, or under way.

    Asked for again, the deletion that is under way is ordered again. Raises NotFound, Forbidden,
    PreconditionFailed, ChangedMeanwhile, and ServiceUnavailable when it could not be ordered: the
    same request again settles that.
    """
    deletion, is_new = _begin(
        kind,
        building_id,
        record_id,
        versions=versions,
        uow=uow,
        actor=actor,
        new_id=new_id,
        clock=clock,
    )
    if is_new and deletion.total <= SMALL_TREE and deletion.status is not DeletionStatus.DONE:
        until = clock() + WHILE_THE_CALLER_WAITS
        tree = TreeRemoval(
            deletion, lambda _: uow, lambda _: uow, until=until, clock=clock, pause=pause
        )
        with suppress(ChangedMeanwhile):  # then the worker goes on with it
            tree.remove()
        deletion = tree.deletion
    order = DeletionOrder(organization_id=actor.organization_id, deletion_id=deletion.id)
    if deletion.status is not DeletionStatus.DONE:
        queue.send(order)
    elif kind == "building":
        with suppress(ServiceUnavailable):  # its records are gone; files alone lead nowhere
            queue.send(order)
    return deletion


def get_deletion(deletion_id: str, *, uow: UnitOfWork, actor: Actor, now: datetime) -> Deletion:
    """How far a deletion is, for whoever may read what it removes. Raises NotFound."""
    deletion = uow.deletions.get(deletion_id)
    if not deletion.target.is_visible(actor.rights):
        raise NotFound("deletion")
    return deletion.as_seen_at(now)


def delete_tree(
    order: DeletionOrder,
    delivery: Delivery,
    *,
    desk: DeletionDesk,
    queue: OrderQueue[DeletionOrder],
    clock: Clock,
    pause: Pause,
) -> Deletion | None:
    """Go on with a deletion; what does not fit into the delivery's time is ordered again.

    None when there is nothing to do. Any error is raised, so that the order comes back, and at the
    last try recorded in the deletion first.
    """
    try:
        deletion = desk.find(order)
    except NotFound:
        return None
    if deletion.status is DeletionStatus.DONE:
        _clear_files(order, deletion, desk)
        return None
    tree = TreeRemoval(
        deletion,
        lambda held: desk.chunk(order, held),
        lambda held: desk.last(order, held),
        until=delivery.until,
        clock=clock,
        pause=pause,
    )
    try:
        tree.remove()
    except Exception:
        if delivery.is_last:
            with suppress(ArxosError):
                tree.give_up()
        raise
    if tree.deletion.status is not DeletionStatus.DONE:
        queue.send(order)
    else:
        _clear_files(order, tree.deletion, desk)
    return tree.deletion


def _clear_files(order: DeletionOrder, deletion: Deletion, desk: DeletionDesk) -> None:
    if deletion.target.kind == "building":
        desk.clear_files(order, deletion)


def _begin(
    kind: str,
    building_id: str,
    record_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    clock: Clock,
) -> tuple[Deletion, bool]:
    """The deletion of this record, and whether it is a new one."""
    for remaining in reversed(range(ATTEMPTS)):
        record = get_parent(uow, kind, building_id, record_id)
        target = Target.of(record)
        target.must_be_removable(actor.rights)
        check_version(record, versions)
        if record.deletion_id is not None:
            return _asked_again(record.deletion_id, uow, clock()), False
        now = clock()
        deletion = Deletion(
            id=new_id("deletion"),
            target=target,
            total=held_by(record),
            started_by=actor.user_id,
            started_by_name=actor.name,
            created_at=now,
            updated_at=now,
        ).started()
        try:
            with uow:
                if not isinstance(record, Building) and deletion.total == 0:
                    remove_one(uow, record.removed(at=now, by=actor.user_id))
                    deletion = deletion.done(at=now)
                else:
                    uow.deletions.begin(deletion, record)
        except ChangedMeanwhile:
            if remaining == 0:
                raise
            continue
        return replace(deletion, events=()), True
    raise AssertionError("unreachable: the last attempt returns or raises")


def _asked_again(deletion_id: str, uow: UnitOfWork, now: datetime) -> Deletion:
    deletion = uow.deletions.get(deletion_id)
    if deletion.as_seen_at(now).status is not DeletionStatus.FAILED:
        return deletion
    again = deletion.again(at=now)
    try:
        with uow:
            uow.deletions.save(again)
    except ChangedMeanwhile:  # it goes on already
        return uow.deletions.get(deletion_id)
    return again.stored()
