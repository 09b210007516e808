"""How Arxos learns whether what it depends on answers."""

from typing import Protocol


class Dependency(Protocol):
    """Something outside, such as the table."""

    @property
    def name(self) -> str:
        """As shown by /health."""
        ...

    @property
    def is_vital(self) -> bool:
        """Without it nothing works: unhealthy rather than degraded."""
        ...

    def check(self) -> str | None:
        """None when it answers; else a sentence without addresses or secrets."""
        ...
