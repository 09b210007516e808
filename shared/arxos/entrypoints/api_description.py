"""The API's description: made by `make openapi`, served as it is, and read to explain rights."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, unquote

from arxos.domain.errors import InvalidInput
from arxos.domain.permissions import Permission


@cache
def text() -> str:
    """The OpenAPI document as JSON."""
    return files(__package__).joinpath("openapi.json").read_text(encoding="utf-8")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    described: dict[str, Any] = json.loads(text())
    return described


_ABOUT_OTHERS = {
    "explain_user_rights": Permission.READ_USER,
    "list_user_changes": Permission.READ_USER,
}
# What a list, or a body, may be limited to: asked for in the query of the path to explain.
_PLACES = frozenset({"floor_id", "room_id"})


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that somebody may want to call, and the ids that its path and query name."""

    operation_id: str
    permission: Permission | None
    ids: dict[str, str]
    public: bool

    def permission_for(self, user_id: str) -> Permission | None:
        """What this user needs; some operations ask for no right where users ask of themselves."""
        if self.permission is None and self.ids.get("user_id", user_id) != user_id:
            return _ABOUT_OTHERS.get(self.operation_id)
        return self.permission


def find_operation(path: str, verb: str) -> Asked:
    """The operation that answers `verb` at `path`. Raises InvalidInput naming what is unknown."""
    place, _, query = path.partition("?")
    for template, operations in document()["paths"].items():
        names = re.findall(r"\{(\w+)\}", template)
        pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(template))
        found = re.fullmatch(pattern, place.rstrip("/"))
        if found is None:
            continue
        operation = operations.get(verb.lower())
        if operation is None:
            allowed = ", ".join(sorted(name.upper() for name in operations))
            message = f"There is no such verb at this path; there are {allowed}"
            raise InvalidInput(message, {"verb": message})
        permission = operation["x-permission"]
        in_query = {k: v for k, v in parse_qsl(query) if k in _PLACES}
        return Asked(
            operation_id=operation["operationId"],
            permission=Permission(permission) if permission else None,
            ids=in_query | dict(zip(names, map(unquote, found.groups()), strict=True)),
            public=operation.get("security") == [],
        )
    message = "There is no such path; see /openapi.json"
    raise InvalidInput(message, {"path": message})
