"""Who may do what: the closed list of permissions, and which each role carries."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """`<verb>_<resource>`. Keep the list alphabetical."""

    CONTROL_DEVICE = "control_device"
    CREATE_BUILDING = "create_building"
    CREATE_DEVICE = "create_device"
    CREATE_FLOOR = "create_floor"
    CREATE_GROUP = "create_group"
    CREATE_ROOM = "create_room"
    CREATE_USER = "create_user"
    DELETE_BUILDING = "delete_building"
    DELETE_DEVICE = "delete_device"
    DELETE_FLOOR = "delete_floor"
    DELETE_GROUP = "delete_group"
    DELETE_ROOM = "delete_room"
    EXPORT_DATA = "export_data"
    IMPORT_DATA = "import_data"
    MANAGE_ROLES = "manage_roles"
    READ_BUILDING = "read_building"
    READ_DEVICE = "read_device"
    READ_FLOOR = "read_floor"
    READ_GROUP = "read_group"
    READ_IMPORT = "read_import"
    READ_ROOM = "read_room"
    READ_SENSITIVE = "read_sensitive"
    READ_USER = "read_user"
    UPDATE_BUILDING = "update_building"
    UPDATE_DEVICE = "update_device"
    UPDATE_FLOOR = "update_floor"
    UPDATE_GROUP = "update_group"
    UPDATE_ROOM = "update_room"
    UPDATE_USER = "update_user"
    VIEW_AUDIT_LOGS = "view_audit_logs"


class Role(StrEnum):
    """What a user is in the organisation, or by a grant in one building or on one floor."""

    ADMIN = "admin"
    FACILITY_MANAGER = "facility_manager"
    ENGINEER = "engineer"
    CONTRACTOR = "contractor"
    VIEWER = "viewer"


_VIEWER = frozenset(
    {
        Permission.READ_BUILDING,
        Permission.READ_DEVICE,
        Permission.READ_FLOOR,
        Permission.READ_GROUP,
        Permission.READ_IMPORT,
        Permission.READ_ROOM,
    }
)
# Describing and moving devices; what a device does (its status) is controlled by engineers.
_CONTRACTOR = _VIEWER | {Permission.UPDATE_DEVICE}
_ENGINEER = _CONTRACTOR | {
    Permission.CONTROL_DEVICE,
    Permission.CREATE_DEVICE,
    Permission.CREATE_GROUP,
    Permission.EXPORT_DATA,
    Permission.UPDATE_FLOOR,
    Permission.UPDATE_GROUP,
    Permission.UPDATE_ROOM,
    Permission.VIEW_AUDIT_LOGS,
}
_ADMIN = frozenset(Permission)
_FACILITY_MANAGER = _ADMIN - {
    Permission.CREATE_USER,
    Permission.MANAGE_ROLES,
    Permission.UPDATE_USER,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: _ADMIN,
    Role.FACILITY_MANAGER: _FACILITY_MANAGER,
    Role.ENGINEER: _ENGINEER,
    Role.CONTRACTOR: _CONTRACTOR,
    Role.VIEWER: _VIEWER,
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the role carries the permission."""
    return permission in ROLE_PERMISSIONS[role]
