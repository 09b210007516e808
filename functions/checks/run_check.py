"""S3 ObjectCreated under checks/: a file, or the registry, is held against the rules."""

from arxos.bootstrap import check_desk, checks, file_checker, now
from arxos.domain.check_job import CheckJob
from arxos.entrypoints.s3 import Invocation, checks_handler
from arxos.ports.checks import CheckOrder
from arxos.use_cases.run_check import run_check


@checks_handler
def handler(order: CheckOrder, invocation: Invocation) -> CheckJob | None:
    return run_check(
        order,
        attempt=invocation.id,
        lease_until=invocation.deadline,
        desk=check_desk(),
        store=checks(),
        marked=checks(),
        checker=file_checker(),
        clock=now,
    )
