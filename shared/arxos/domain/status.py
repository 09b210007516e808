"""The statuses of each kind of record and what may follow what (product.md, "Records")."""

from collections.abc import Mapping
from enum import StrEnum


class BuildingStatus(StrEnum):
    """A building's life; `decommissioned` is its end."""

    PLANNED = "planned"
    UNDER_CONSTRUCTION = "under_construction"
    COMPLETED = "completed"
    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DECOMMISSIONED = "decommissioned"


class FloorStatus(StrEnum):
    """As a building's, without an end of its own."""

    PLANNED = "planned"
    UNDER_CONSTRUCTION = "under_construction"
    COMPLETED = "completed"
    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"


class RoomStatus(StrEnum):
    """As a floor's; an operational room may also be known to be occupied or vacant."""

    PLANNED = "planned"
    UNDER_CONSTRUCTION = "under_construction"
    COMPLETED = "completed"
    OPERATIONAL = "operational"
    OCCUPIED = "occupied"
    VACANT = "vacant"
    MAINTENANCE = "maintenance"


class DeviceStatus(StrEnum):
    """A device's life; `decommissioned` is its end."""

    INSTALLED = "installed"
    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    OFFLINE = "offline"
    ERROR = "error"
    DECOMMISSIONED = "decommissioned"


class GroupStatus(StrEnum):
    """A group is there or not: the contract gives it no route to another status."""

    ACTIVE = "active"


Transitions = Mapping[str, tuple[str, ...]]

FLOOR_TRANSITIONS: Transitions = {
    "planned": ("under_construction",),
    "under_construction": ("completed", "maintenance"),
    "completed": ("operational", "maintenance"),
    "operational": ("maintenance",),
    "maintenance": ("operational",),
}

BUILDING_TRANSITIONS: Transitions = {
    **FLOOR_TRANSITIONS,
    "operational": ("maintenance", "decommissioned"),
    "maintenance": ("operational", "decommissioned"),
    "decommissioned": (),
}

# Occupied and vacant are ways of being operational, so they may leave as operational does.
ROOM_TRANSITIONS: Transitions = {
    **FLOOR_TRANSITIONS,
    "operational": ("maintenance", "occupied", "vacant"),
    "occupied": ("vacant", "maintenance"),
    "vacant": ("occupied", "maintenance"),
}

GROUP_TRANSITIONS: Transitions = {"active": ()}

DEVICE_TRANSITIONS: Transitions = {
    "installed": ("operational", "decommissioned"),
    "operational": ("maintenance", "offline", "error", "decommissioned"),
    "maintenance": ("operational", "decommissioned"),
    "offline": ("operational", "decommissioned"),
    "error": ("operational", "decommissioned"),
    "decommissioned": (),
}
