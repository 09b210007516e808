"""What `make sam-local` tries: a read, a write, the authorizer, and the import of a building."""

import json
import os
import subprocess
import sys
import time
from typing import Any

from arxos import bootstrap
from arxos.domain.import_job import ImportStatus
from arxos.ports.imports import upload_location
from scripts.example_records import ACTOR, put_example_records
from scripts.local_cloud.deployment import STACK, Cloud
from scripts.local_cloud.places import ROOT
from scripts.local_cloud.seed import PEOPLE, seed_user
from scripts.openapi.examples import BUILDING, IMPORT
from scripts.sam_local.functions import PLACE, Failed, Outcome, invoke
from scripts.sample_event import Event, functions, sample_event

PASSWORD = "Local-in-containers-1"  # noqa: S105  of a cloud that lives as long as the trial  # pragma: allowlist secret
SECONDS_TO_WAIT_FOR_THE_ORDER = 30


def try_all(cloud: Cloud) -> None:
    """Raises Failed at the first that does not do what it should."""
    os.environ.update(cloud.environment)
    _leave_the_work_to_the_containers(cloud)
    put_example_records(bootstrap.unit_of_work(ACTOR))
    for case in (_read, _write, _authorize, _import):
        case(cloud)


def _read(_cloud: Cloud) -> None:
    shown = _answered(_called("get_building"), 200)
    _expect(shown["id"] == BUILDING.id, "the building is the one that was asked for", shown)


def _write(_cloud: Cloud) -> None:
    made = _answered(_called("create_building"), 201)
    stored = bootstrap.unit_of_work(ACTOR).buildings.get(made["building_id"])
    _expect(stored.name == BUILDING.name, "the new building is in the table", stored)


def _authorize(cloud: Cloud) -> None:
    person = PEOPLE[0]
    token = seed_user(cloud, person, PASSWORD).access_token
    answer = _called("authorize_request", token=token).answer
    effects = [one["Effect"] for one in answer["policyDocument"]["Statement"]]
    _expect(effects == ["Allow"], "whoever is signed in is let in", answer)
    _expect(answer["context"]["role"] == person.role, "the role is told", answer)


def _import(cloud: Cloud) -> None:
    file = PLACE / "sample-office.ifc"
    script = ROOT / "scripts" / "make_sample_building.py"
    subprocess.run([sys.executable, script, file], cwd=ROOT, check=True, capture_output=True)
    s3 = cloud.server.session.client("s3", endpoint_url=cloud.server.endpoint_url)
    key = upload_location(ACTOR.organization_id, IMPORT)
    s3.upload_file(str(file), cloud.outputs["UploadsBucket"], key)

    _called("read_building_file")
    event = sample_event("apply_import")
    event["Records"][0]["body"] = _ordered(cloud)
    answer = _called("apply_import", event).answer

    _expect(answer == {"batchItemFailures": []}, "the order is carried out", answer)
    registry = bootstrap.unit_of_work(ACTOR)
    job = registry.imports.get(BUILDING.id, IMPORT.id)
    _expect(job.status is ImportStatus.APPLIED, "the import is applied", job)
    stored = registry.buildings.get(BUILDING.id)
    counts = (stored.floors_count, stored.rooms_count, stored.devices_count)
    _expect(counts == (3, 30, 158), "all floors, rooms and devices are there", counts)


def _called(use_case: str, event: Event | None = None, **replaced: str) -> Outcome:
    print(f"  {use_case} ...", end=" ", flush=True)
    started = time.monotonic()
    outcome = invoke(functions()[use_case], event or sample_event(use_case, **replaced))
    print(f"{time.monotonic() - started:.1f} s", flush=True)
    return outcome


def _answered(outcome: Outcome, status: int) -> dict[str, Any]:
    answer = outcome.answer
    _expect(answer["statusCode"] == status, f"the status is {status}", answer)
    data: dict[str, Any] = json.loads(answer["body"])["data"]
    return data


def _expect(holds: bool, what: str, seen: object) -> None:
    if not holds:
        raise Failed(f"Not so: {what}. Instead: {seen}")


def _leave_the_work_to_the_containers(cloud: Cloud) -> None:
    """Else the local cloud's own functions would read the file and carry out the order."""
    server = cloud.server
    s3 = server.session.client("s3", endpoint_url=server.endpoint_url)
    s3.put_bucket_notification_configuration(
        Bucket=cloud.outputs["UploadsBucket"], NotificationConfiguration={}
    )
    lambdas = server.session.client("lambda", endpoint_url=server.endpoint_url)
    lambdas.delete_event_source_mapping(UUID=_physical(cloud, "ImportOrders"))


def _ordered(cloud: Cloud) -> str:
    """The order that reading the file left in the queue."""
    sqs = cloud.server.session.client("sqs", endpoint_url=cloud.server.endpoint_url)
    received = sqs.receive_message(
        QueueUrl=_physical(cloud, "ImportQueue"), WaitTimeSeconds=SECONDS_TO_WAIT_FOR_THE_ORDER
    )
    messages = received.get("Messages", [])
    _expect(len(messages) == 1, "reading the file orders that it be applied", received)
    body: str = messages[0]["Body"]
    return body


def _physical(cloud: Cloud, logical: str) -> str:
    stacks = cloud.server.session.client("cloudformation", endpoint_url=cloud.server.endpoint_url)
    found = stacks.describe_stack_resource(StackName=STACK, LogicalResourceId=logical)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])
