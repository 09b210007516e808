"""Whether Arxos and what it depends on work now."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from arxos.domain.errors import ServiceUnavailable
from arxos.ports.health import Dependency

HealthStatus = Literal["healthy", "degraded", "unhealthy"]
OK = "ok"
# A load balancer or a prober gives up after three seconds, and must hear before. The first time,
# making the clients takes some of it, and then an answer is waited for as long as LEAST_SECONDS.
SECONDS = 2.0
LEAST_SECONDS = 0.5


class Unhealthy(ServiceUnavailable):
    """Arxos cannot work now; the details say what does not answer."""

    def __init__(self, health: "Health") -> None:
        super().__init__("Arxos cannot work at the moment: something vital does not answer.")
        self.health = health

    @property
    def details(self) -> dict[str, object]:
        return {"status": self.health.status, "checks": self.health.checks}


@dataclass(frozen=True, slots=True)
class Health:
    """`checks` maps each dependency to "ok" or what is wrong with it."""

    status: HealthStatus
    checks: dict[str, str]


def ask_dependencies(make_dependencies: Callable[[], Sequence[Dependency]]) -> Health:
    """How each of them is now: all are asked at once, and SECONDS are all there is for it.

    Degraded when something that is not vital does not answer.
    """
    started = time.monotonic()
    dependencies = make_dependencies()
    threads = ThreadPoolExecutor(max_workers=max(1, len(dependencies)))
    asked = {dependency.name: threads.submit(dependency.check) for dependency in dependencies}
    remaining = SECONDS - (time.monotonic() - started)
    wait(asked.values(), timeout=max(remaining, min(SECONDS, LEAST_SECONDS)))
    threads.shutdown(wait=False, cancel_futures=True)
    checks = {name: _said(answer) for name, answer in asked.items()}
    failing = {name for name, said in checks.items() if said != OK}
    status: HealthStatus = "degraded" if failing else "healthy"
    if any(dependency.is_vital and dependency.name in failing for dependency in dependencies):
        status = "unhealthy"
    return Health(status, checks)


def _said(answer: Future[str | None]) -> str:
    if not answer.done():
        return f"It has not answered within {SECONDS:g} seconds."
    if answer.exception() is not None:
        return f"It cannot be asked ({type(answer.exception()).__name__})."
    return answer.result() or OK


def check_health(make_dependencies: Callable[[], Sequence[Dependency]]) -> Health:
    """As `ask_dependencies`. Raises Unhealthy when something vital does not answer."""
    health = ask_dependencies(make_dependencies)
    if health.status == "unhealthy":
        raise Unhealthy(health)
    return health
