"""Where floors and rooms are looked up: the registry itself, or what a batch has read of it."""

from typing import Protocol, TypeVar

from arxos.domain.floor import Floor
from arxos.domain.room import Room

R_co = TypeVar("R_co", covariant=True)


class Lookup(Protocol[R_co]):
    """Records of one kind."""

    def get(self, building_id: str, record_id: str, /) -> R_co:
        """Raises NotFound."""
        ...


class Known(Protocol):
    """What a change of a room or a device may refer to."""

    @property
    def floors(self) -> Lookup[Floor]: ...
    @property
    def rooms(self) -> Lookup[Room]: ...
