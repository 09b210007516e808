"""Whether Arxos and what it depends on work now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from arxos.domain.errors import ServiceUnavailable
from arxos.ports.health import Dependency

HealthStatus = Literal["healthy", "degraded", "unhealthy"]


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


def check_health(dependencies: Sequence[Dependency]) -> Health:
    """Degraded when something that is not vital does not answer.

    Raises Unhealthy when something vital does not.
    """
    status: HealthStatus = "healthy"
    checks = {}
    for dependency in dependencies:
        fault = dependency.check()
        checks[dependency.name] = fault or "ok"
        if fault and dependency.is_vital:
            status = "unhealthy"
        elif fault and status == "healthy":
            status = "degraded"
    health = Health(status, checks)
    if status == "unhealthy":
        raise Unhealthy(health)
    return health
