"""What an invocation consumes of the registry's store."""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Consumed:
    """Calls to the store, and the read and write units it says they took."""

    calls: int = 0
    read_units: float = 0.0
    write_units: float = 0.0


class Consumption:
    """Sums up what is consumed until somebody takes the sum."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sum = Consumed()

    def add(self, *, calls: int = 0, read_units: float = 0.0, write_units: float = 0.0) -> None:
        """Called by the store's adapter, from any thread."""
        with self._lock:
            self._sum = Consumed(
                self._sum.calls + calls,
                self._sum.read_units + read_units,
                self._sum.write_units + write_units,
            )

    def take(self) -> Consumed:
        """What was consumed since the last call of this."""
        with self._lock:
            consumed, self._sum = self._sum, Consumed()
        return consumed
