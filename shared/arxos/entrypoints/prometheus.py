"""How Arxos is, in the text format that Prometheus and its like read (version 0.0.4).

What requests, imports and the table do is in CloudWatch (docs/operations.md): a function knows
only of itself, and counting here would count one container of many.
"""

from arxos.use_cases.health import OK, Health

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HEADERS = {"Cache-Control": "no-store"}


def exposition(health: Health) -> str:
    """One gauge for the whole and one for each dependency: 1 is well, 0 is not."""
    lines = [
        "# HELP arxos_healthy Whether all that is vital answers.",
        "# TYPE arxos_healthy gauge",
        f"arxos_healthy {int(health.status != 'unhealthy')}",
        "# HELP arxos_dependency_healthy Whether a dependency answers.",
        "# TYPE arxos_dependency_healthy gauge",
        *(
            f'arxos_dependency_healthy{{dependency="{name}"}} {int(said == OK)}'
            for name, said in health.checks.items()
        ),
    ]
    return "\n".join(lines) + "\n"
