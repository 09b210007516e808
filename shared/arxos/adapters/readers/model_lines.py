"""A `SourceModel` as lines that a child process writes, and back."""

from collections.abc import Iterable, Iterator
from typing import Any

from arxos.adapters.readers.child_process import plain_fields
from arxos.domain.source import (
    KeptSheet,
    Problem,
    SourceBuilding,
    SourceColumn,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)

_PARTS: dict[str, tuple[str, type[Any]]] = {
    "floor": ("floors", SourceFloor),
    "room": ("rooms", SourceRoom),
    "device": ("devices", SourceDevice),
    "group": ("groups", SourceGroup),
    "kept_sheet": ("kept_sheets", KeptSheet),
    "column": ("columns", SourceColumn),
    "problem": ("problems", Problem),
}
_TUPLES = frozenset(
    # Lists in JSON.
    {"room_keys", "room_numbers", "device_keys", "position", "columns", "tags", "edited"}
)


def lines_of(model: SourceModel) -> Iterator[dict[str, Any]]:
    """One line for each thing in the model."""
    yield {
        "kind": "model",
        "source": model.source,
        "document": model.document,
        "schema": model.schema,
        "incomplete": sorted(model.incomplete),
    }
    if model.building is not None:
        yield {"kind": "building", "fields": plain_fields(model.building)}
    for kind, (part, _) in _PARTS.items():
        for thing in getattr(model, part):
            yield {"kind": kind, "fields": plain_fields(thing)}


def model_of(lines: Iterable[dict[str, Any]]) -> SourceModel:
    """The model that `lines_of` wrote."""
    head: dict[str, Any] = {}
    building = None
    parts: dict[str, list[Any]] = {part: [] for part, _ in _PARTS.values()}
    for line in lines:
        if line["kind"] == "model":
            head = {name: line[name] for name in ("source", "document", "schema")}
            head["incomplete"] = frozenset(line.get("incomplete", ()))
        elif line["kind"] == "building":
            building = SourceBuilding(**line["fields"])
        elif line["kind"] in _PARTS:
            part, type_ = _PARTS[line["kind"]]
            parts[part].append(type_(**_thawed(line["fields"])))
    whole: dict[str, Any] = {part: tuple(things) for part, things in parts.items()}
    return SourceModel(building=building, **{**head, **whole})


def _thawed(fields: dict[str, Any]) -> dict[str, Any]:
    thawed = {k: tuple(v) if k in _TUPLES and v is not None else v for k, v in fields.items()}
    for name in ("footprint", "rows"):
        if thawed.get(name) is not None:
            thawed[name] = tuple(tuple(point) for point in thawed[name])
    return thawed
