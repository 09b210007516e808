"""Links: which operations an answer leads on to, and with which parameters."""

import re

from scripts.openapi.handlers import Json

# What a new record of one kind lets be made next: its id goes into the body of that operation.
INTO_THE_BODY = {"floor": ("create_room", "create_device"), "room": ("create_device",)}


def link_operations(paths: dict[str, Json]) -> None:
    """From what creates a record to all that take its id, and from lists to their first item."""
    operations = {
        (path, method): operation
        for path, item in paths.items()
        for method, operation in item.items()
    }
    for (path, method), operation in operations.items():
        below = [p for p in paths if re.fullmatch(re.escape(path) + r"/\{(\w+)\}", p)]
        if not below:
            continue
        parameter = re.findall(r"\{(\w+)\}", below[0])[-1]
        kind = parameter.removesuffix("_id")
        if method == "post" and "201" in operation["responses"]:
            links = _links_to(operations, path, below[0], parameter, f"/data/{parameter}")
            links |= _links_into_bodies(operations, kind, path)
            operation["responses"]["201"]["links"] = links
        elif method == "get" and "200" in operation["responses"]:
            links = _links_to(operations, path, below[0], parameter, "/data/items/0/id")
            reads = {k: v for k, v in links.items() if k.startswith("get_")}
            if reads:
                operation["responses"]["200"]["links"] = reads


def _links_to(
    operations: dict[tuple[str, str], Json], path: str, record: str, parameter: str, pointer: str
) -> Json:
    held = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    held[parameter] = f"$response.body#{pointer}"
    return {
        operation["operationId"]: {
            "operationId": operation["operationId"],
            "parameters": held,
        }
        for (other, _), operation in operations.items()
        if (other == record or other.startswith(record + "/"))
        and set(re.findall(r"\{(\w+)\}", other)) == set(held)
    }


def _links_into_bodies(operations: dict[tuple[str, str], Json], kind: str, path: str) -> Json:
    held = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    known = {operation["operationId"] for operation in operations.values()}
    return {
        target: {
            "operationId": target,
            "parameters": held,
            "requestBody": {f"{kind}_id": f"$response.body#/data/{kind}_id"},
        }
        for target in INTO_THE_BODY.get(kind, ())
        if target in known
    }
