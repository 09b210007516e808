"""The schemas of requests and answers, from the Pydantic models of both."""

from typing import Any

from pydantic.json_schema import models_json_schema

from arxos.entrypoints.representations import as_of
from arxos.entrypoints.schemas import MODELS
from scripts.openapi.handlers import Json, Operation

REFERENCE = "#/components/schemas/{model}"
HAVE_A_PAST = ("Building", "Floor", "Group", "Room", "Device")


def component_schemas(operations: list[Operation]) -> dict[str, Json]:
    """By name: all models of answers, and the bodies that operations take."""
    bodies = list(dict.fromkeys(o.body for o in operations if o.body is not None))
    _, answers = models_json_schema(
        [(m, "serialization") for m in MODELS.values()], ref_template=REFERENCE
    )
    _, requests = models_json_schema([(m, "validation") for m in bodies], ref_template=REFERENCE)
    both = {**answers.get("$defs", {}), **requests.get("$defs", {})}
    tidy = {name: tidied(schema) for name, schema in both.items()}
    past = {f"Past{name}": _past(name, tidy[name]) for name in HAVE_A_PAST}
    return dict(sorted({**tidy, **past}.items()))


def _past(name: str, schema: Json) -> Json:
    """A record as it was at some time, as `as_of` of entrypoints/representations.py shows it."""
    unknown = as_of(dict.fromkeys(schema["properties"], True))
    properties = {
        field: {"type": "null"} if unknown[field] is None else kept
        for field, kept in schema["properties"].items()
    }
    return {
        **schema,
        "description": f"A {name.lower()} as it was at some time: null for what has no history.",
        "properties": properties,
    }


def tidied(schema: Any) -> Any:
    """Without what says nothing: titles, empty defaults, unions of a type and null."""
    if isinstance(schema, list):
        return [tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value
        if key in ("enum", "required", "const")
        else {name: tidied(one) for name, one in value.items()}
        if key == "properties"
        else tidied(value)
        for key, value in schema.items()
        if not (key == "title" or (key == "default" and value in (None, "", 0, 1, [], {})))
    }
    if set(kept) == {"description"}:
        return kept
    union = kept.get("anyOf")
    if (
        isinstance(union, list)
        and len(union) == 2
        and union[1] == {"type": "null"}
        and isinstance(union[0].get("type"), str)
        and "enum" not in union[0]
        and "const" not in union[0]
    ):
        rest = {k: v for k, v in kept.items() if k != "anyOf"}
        return {**union[0], **rest, "type": [union[0]["type"], "null"]}
    return kept
