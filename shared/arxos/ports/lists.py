"""Lists as use cases ask for them: which page, in which order, and of which records."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from arxos.domain.group import GroupKind
from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, RoomStatus

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: `limit` records (1-200) from `position` on."""

    limit: int = 50
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Slice(Generic[R_co]):
    """A part of a list. `position` leads to the next part; None: this was the last.

    A slice may hold fewer records than asked for, even none, and still have a next: a filter that
    no index answers stops after a bounded amount of reading.
    """

    items: tuple[R_co, ...]
    position: str | None


class Sort(StrEnum):
    """Orders of the lists of buildings and devices; `-` turns one round."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED = "created"
    CREATED_DESCENDING = "-created"
    UPDATED = "updated"
    UPDATED_DESCENDING = "-updated"


class NumberedSort(StrEnum):
    """Orders of the lists of floors and rooms, which have numbers too."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    NUMBER = "number"
    NUMBER_DESCENDING = "-number"
    CREATED = "created"
    CREATED_DESCENDING = "-created"
    UPDATED = "updated"
    UPDATED_DESCENDING = "-updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingFilter:
    """`q` is found anywhere in the name, whatever its case and accents.

    `building_ids` are those that the caller may see; None: all.
    """

    status: Annotated[str | None, BuildingStatus] = None
    q: str | None = None
    building_ids: frozenset[str] | None = None
    sort: Annotated[str, Sort] = Sort.CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all."""

    floor_ids: frozenset[str] | None = None
    status: Annotated[str | None, FloorStatus] = None
    sort: Annotated[str, NumberedSort] = NumberedSort.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all.

    Without `sort` a list has the order that is cheapest to read.
    """

    floor_id: str | None = None
    floor_ids: frozenset[str] | None = None
    room_type: str | None = None
    status: Annotated[str | None, RoomStatus] = None
    sort: Annotated[str | None, NumberedSort] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all.

    Without `sort` a list has the order that is cheapest to read.
    """

    room_id: str | None = None
    floor_id: str | None = None
    floor_ids: frozenset[str] | None = None
    group_id: str | None = None
    device_type: str | None = None
    status: Annotated[str | None, DeviceStatus] = None
    sort: Annotated[str | None, Sort] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """All given conditions hold."""

    kind: Annotated[str | None, GroupKind] = None
