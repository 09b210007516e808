"""A deployment on moto with one of everything, which can be put back as it was."""

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from arxos import bootstrap
from arxos.domain.check_job import CheckJob
from arxos.domain.deletion import Deletion, Target
from arxos.domain.device import Device
from arxos.domain.export_job import ExportStatus
from arxos.domain.group import Group, GroupKind
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult, RuleSeverity
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.plan_entries import EntryKind, PlanEntry
from arxos.domain.record import HandEdit
from arxos.domain.room import Room
from arxos.domain.sensitive import Secret
from arxos.domain.source import Problem
from arxos.ports.imports import uploaded_file
from arxos.use_cases.users import deactivate_user
from tests.dynamodb_table import REGION, create_table
from tests.functions.conftest import BUCKET, deployment, forget
from tests.make import (
    NOON,
    make_actor,
    make_building,
    make_check,
    make_device,
    make_export,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_organization,
    make_room,
    make_user,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

ACTOR = make_actor()
QUEUES = ("imports.fifo", "lanes", "exports", "deletions")
# Items that are there for a while only, and no part of the registry.
PASSING = "#ANSWERS"
LONG_AGO = "2000-01-01T00:00:00.000Z"
TOLD = (
    *("version", "status", "name", "is_active", "floors_count", "rooms_count", "devices_count"),
    *("groups_count", "members_count", "is_approved", "undo_begun_at", "deletion_id", "floor_id"),
)
Shape = Counter[tuple[str, ...]]


@dataclass
class World:
    """What there is is read and put back in moto's memory: its API would take most of the time."""

    table: str
    s3: Any
    ids: dict[str, str] = field(default_factory=dict)
    before: Any = None
    objects: frozenset[str] = frozenset()
    events: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def _stored(self) -> Any:
        return get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][REGION].get_table(self.table)

    @property
    def _pool(self) -> Any:
        pools = get_backend("cognito-idp")[DEFAULT_ACCOUNT_ID][REGION].user_pools
        return pools[self.ids["pool_id"]]

    def shape(self) -> Shape:
        """What there is, apart from ids and times: kinds of items, counts, versions and states."""
        found: Shape = Counter()
        for partition, items in self._stored.items.items():
            if not partition.value.endswith(PASSING):
                for item in items.values():
                    attributes = item.attrs
                    kind = attributes["kind"].value if "kind" in attributes else "word"
                    told = (n in attributes and str(attributes[n].value) for n in TOLD)
                    # Whether, not when.
                    found[kind, *(str(t)[:3] if _is_moment(t) else str(t) for t in told)] += 1
        return found

    def sign_ins(self) -> set[tuple[str, bool]]:
        """Who can sign in, and who cannot: that follows what there is. A set, for moto makes a
        second of whoever is invited again.
        """
        users = self._pool.users.values()
        return {(user.attribute_lookup["email"], user.enabled) for user in users}

    def let_time_pass(self) -> None:
        """As much as the longest request, or work in the background, may take."""
        for items in self._stored.items.values():
            for item in items.values():
                if "in_progress_expiration" in item.attrs:
                    item.attrs["in_progress_expiration"].value = "0"
                if "lease_until" in item.attrs:
                    item.attrs["lease_until"].value = LONG_AGO

    def keep(self) -> None:
        self.before = copy.deepcopy((self._stored.items, self._pool.users))
        self.objects = frozenset(self.object_keys())

    def put_back(self) -> None:
        self._stored.items, self._pool.users = copy.deepcopy(self.before)

    def forget_new_objects(self) -> None:
        for key in set(self.object_keys()) - self.objects:
            self.s3.delete_object(Bucket=BUCKET, Key=key)

    def object_keys(self) -> list[str]:
        """Of all objects in the bucket."""
        found = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [one["Key"] for one in found]


def _is_moment(told: object) -> bool:
    return isinstance(told, str) and told[:2] == "20" and "T" in told


@contextmanager
def faulty_world(moto: Any) -> Iterator[World]:
    """The world, deployed."""
    table = f"arxos-{uuid4().hex[:8]}"
    create_table(moto, table)
    sqs = boto3.client("sqs", region_name=REGION)
    cognito = boto3.client("cognito-idp", region_name=REGION)
    pool = cognito.create_user_pool(
        PoolName="arxos",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )["UserPool"]["Id"]
    with pytest.MonkeyPatch.context() as patch, deployment(table, patch) as s3:
        urls = []
        for name in QUEUES:
            fifo: dict[QueueAttributeNameType, str] = {"FifoQueue": "true"}
            made = sqs.create_queue(
                QueueName=name, Attributes=fifo if name.endswith(".fifo") else {}
            )
            urls.append(made["QueueUrl"])
            variable = name.removesuffix(".fifo").removesuffix("s").upper()
            patch.setenv(f"{variable}_QUEUE_URL", urls[-1])
        patch.setenv("USER_POOL_ID", pool)
        forget()
        bootstrap._sqs.cache_clear()
        # Waiting is not what is tested.
        patch.setattr("tenacity.nap.time.sleep", lambda _: None)
        world = World(table, s3)
        world.ids = {"pool_id": pool}
        _build(world, cognito)
        world.keep()
        yield world
        for url in urls:
            sqs.delete_queue(QueueUrl=url)
    cognito.delete_user_pool(UserPoolId=pool)
    moto.delete_table(TableName=table)


def _build(world: World, cognito: Any) -> None:
    pool = world.ids["pool_id"]
    building, bare = _by_hand(make_building()), make_building(name="Bare")
    floor = _by_hand(make_floor(building))
    upper, unused = make_floor(building, floor_number=2), make_floor(building, floor_number=3)
    room = _by_hand(_with_door_code(make_room(floor)))
    empty, left = make_room(floor, room_number="102"), make_room(floor, room_number="103")
    above = make_room(upper, room_number="201")
    device = _by_hand(make_device(floor, room))
    group = make_group(building, group_kind=GroupKind.ZONE)
    me, ada = make_user(id=ACTOR.user_id), make_user(subject=_sign_in(cognito, pool, "a@x.org"))
    away = make_user(subject=_sign_in(cognito, pool, "b@x.org"))
    planned = make_import(
        building,
        filename="rooms.csv",
        status=ImportStatus.PLANNED,
        plan_digest="d",
        plan_index={EntryKind.CREATE.value: 1},
        plan_size=1,
        warnings_count=1,
    )
    applied = make_import(building, status=ImportStatus.APPLIED, apply_begun=True)
    waiting = make_import(building)
    check = _done(make_check(building))
    export = make_export(building, status=ExportStatus.READY, size_bytes=1)
    records: dict[str, list[Any]] = {
        "organizations": [make_organization()],
        "users": [me, ada, away],
        "buildings": [building, bare],
        "floors": [floor, upper, unused],
        "rooms": [room, empty, left, above],
        "devices": [device],
        "groups": [group],
        "imports": [planned, applied, waiting],
        "checks": [check],
        "exports": [export],
    }
    for kind, ones in records.items():
        for one in ones:
            with bootstrap.unit_of_work(ACTOR) as uow:
                getattr(uow, kind).add(one)
    deactivate_user(
        away.id,
        versions=None,
        uow=bootstrap.unit_of_work(ACTOR),
        sign_ins=bootstrap.sign_ins(),
        actor=ACTOR,
        now=NOON,
    )
    world.ids |= {
        "building_id": building.id,
        "bare_id": bare.id,
        "floor_id": floor.id,
        "upper_id": upper.id,
        "unused_id": unused.id,
        "room_id": room.id,
        "empty_id": empty.id,
        "device_id": device.id,
        "group_id": group.id,
        "user_id": ada.id,
        "away_id": away.id,
        "import_id": planned.id,
        "applied_id": applied.id,
        "waiting_id": waiting.id,
        "check_id": check.id,
        "export_id": export.id,
        "deletion_id": _begin_deletion(building.id, left.id),
    }
    _join(group, device, room)
    _leave_files(planned, check)


def _by_hand(record: Any) -> Any:
    """Its name can be released: a source called it otherwise."""
    return replace(record, hand_edits={"name": HandEdit("As the model says", NOON, ACTOR.user_id)})


def _with_door_code(room: Room) -> Room:
    sealed = bootstrap.vault(ACTOR).seal(Secret("1234"), record_id=room.id, name="door_code")
    return replace(room, sensitive={"door_code": sealed})


def _sign_in(cognito: Any, pool: str, email: str) -> str:
    made = cognito.admin_create_user(UserPoolId=pool, Username=email)["User"]["Attributes"]
    subject: str = next(a["Value"] for a in made if a["Name"] == "sub")
    return subject


def _done(check: CheckJob) -> CheckJob:
    rule = RuleResult(
        rule="R",
        severity=RuleSeverity.ERROR,
        sheet="Space",
        column=None,
        says="Says.",
        tested=1,
        broken=1,
        listed=1,
    )
    result = CheckResult(score=50, counts={"error": 1}, rules=(rule,), findings=(FINDING,))
    return check.done(result, at=NOON)


def _begin_deletion(building_id: str, room_id: str) -> str:
    target = bootstrap.unit_of_work(ACTOR).rooms.get(building_id, room_id)
    deletion = Deletion(
        id=make_id("deletion"), target=Target.of(target), total=1, created_at=NOON, updated_at=NOON
    )
    with bootstrap.unit_of_work(ACTOR) as uow:
        uow.deletions.begin(deletion, target)
    return deletion.id


def _join(group: Group, *members: Device | Room) -> None:
    ids = [member.id for member in members]
    with bootstrap.unit_of_work(ACTOR) as uow:
        changed = group.with_members(added=ids, removed=[], at=NOON, by=ACTOR.user_id)
        uow.groups.change_members(changed, added=ids, removed=[])


def _leave_files(job: ImportJob, check: CheckJob) -> None:
    """What the import and the check have left in the bucket."""
    file, store = uploaded_file(ACTOR.organization_id, job), bootstrap.uploads()
    entry = PlanEntry(
        kind=EntryKind.CREATE, record_kind="room", record_id=None, label="1", reason="New."
    )
    store.save_plan(file, [entry])
    store.save_report(file, (Problem(severity="warning", code="C", message="Odd."),))
    bootstrap.checks().save_findings(ACTOR.organization_id, check, [FINDING])
    with NamedTemporaryFile() as marked:
        for of in (job.id, check.id):
            bootstrap.checks().save_marked(
                ACTOR.organization_id, job.building_id, of, Path(marked.name)
            )


FINDING = Finding(
    rule="R", severity=RuleSeverity.ERROR, sheet="Space", row=2, message="Bad.", remedy="Mend."
)
