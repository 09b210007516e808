"""One operation of the document: what its handler says, with parameters, examples and answers."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from scripts.openapi.examples import NEXT_STATUS, example
from scripts.openapi.handlers import Json, Operation, ref
from scripts.openapi.parameters import parameters_of
from scripts.openapi.responses import responses_of


def operation_object(operation: Operation, components: dict[str, Json]) -> Json:
    """The operation as the document has it, its examples made of `components`."""
    about = _about(operation)
    described: Json = {
        "operationId": operation.route.handler,
        "tags": [operation.route.folder],
        "summary": operation.summary,
        "x-permission": operation.permission.value if operation.permission else None,
    }
    if operation.description:
        described["description"] = operation.description
    if operation.public:
        described["security"] = []
    if parameters := parameters_of(operation):
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": ref(operation.body.__name__),
                    "example": _body_example(operation, operation.body, components, about),
                }
            },
        }
    described["responses"] = responses_of(operation, components, about)
    return described


def _about(operation: Operation) -> str:
    """The record that an operation is about: Room for /…/rooms/{room_id}/status."""
    word = operation.route.folder.removesuffix("s")
    return word.capitalize()


def _body_example(
    operation: Operation, model: type[BaseModel], components: dict[str, Json], about: str
) -> Any:
    name = model.__name__
    whole = example(ref(name), components, about=about)
    if name == "StatusBody":
        return {"status": NEXT_STATUS[about]}
    if name == "StartExportBody":
        # Conditions that can hold together.
        return {
            **{key: whole[key] for key in ("format", "floor_id")},
            **{"kind": "devices", "status": NEXT_STATUS["Device"]},
        }
    if operation.route.method == "PATCH":
        few = {key: whole[key] for key in ("name", "description") if key in whole}
        return few or whole
    return _filled(whole, components[name].get("required", []))


def _filled(value: Any, required: Sequence[str] = ()) -> Any:
    """Without the fields that say nothing."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    empty: tuple[Any, ...] = ([], {}, None)
    return {k: _filled(v) for k, v in value.items() if k in required or v not in empty}
