"""IfcSystems as systems of devices, IfcZones as zones of rooms; groups within groups resolved."""

from collections.abc import Iterator, Mapping
from typing import Literal

from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute
from arxos.adapters.readers.ifc_reading import Reading
from arxos.domain.source import SourceGroup

# A model for structural analysis is a system by name only: it is made of loads and curves.
_NO_SYSTEMS = ("IfcZone", "IfcStructuralAnalysisModel")
_SAYS_NOTHING = (None, "NOTDEFINED", "USERDEFINED")


def groups_in(model: IfcModel) -> list[Entity]:
    """All systems and zones, in the order of the file; from IFC4 on a zone is a system too."""
    systems = (
        system
        for system in model.by_type("IfcSystem")
        if not any(system.is_a(ifc_class) for ifc_class in _NO_SYSTEMS)
    )
    return sorted((*systems, *model.by_type("IfcZone")), key=lambda group: int(group.id()))


def group_records(
    reading: Reading,
    groups: list[Entity],
    room_keys: Mapping[int, str],
    device_keys: Mapping[int, str],
) -> list[SourceGroup]:
    """One group for each, also one of which nothing was read (only pipes): it may fill later.

    `room_keys` and `device_keys` go by step id.
    """
    return [_group(reading, group, room_keys, device_keys) for group in groups]


def _group(
    reading: Reading,
    group: Entity,
    room_keys: Mapping[int, str],
    device_keys: Mapping[int, str],
) -> SourceGroup:
    kind: Literal["system", "zone"] = "zone" if group.is_a("IfcZone") else "system"
    key = reading.keys.key_of(group, kind)
    name = reading.text(group, "Name", key, label=f"{kind} name")
    long_name = reading.text(group, "LongName", key)
    if name is None:
        name, long_name = long_name or f"{kind.capitalize()} {key[-6:]}", None
        reading.warn(
            "GROUP_NAME_MISSING", f"A {kind} has no name; it is called '{name}'.", group, key,
            "name",
        )  # fmt: skip
    known = room_keys if kind == "zone" else device_keys
    members = tuple(
        dict.fromkeys(
            known[step_id] for step_id in _members(reading.model, group) if step_id in known
        )
    )
    return SourceGroup(
        key=key,
        group_kind=kind,
        name=name,
        category=_category(reading, group, key),
        description=reading.text(group, "Description", key) or long_name,
        device_keys=members if kind == "system" else (),
        room_keys=members if kind == "zone" else (),
        line=reading.line(group),
    )


def _members(model: IfcModel, group: Entity) -> Iterator[int]:
    """The step ids of what is in the group, in groups within it, and what a port in it is of.

    Stops at groups it has seen: some files put groups into each other in circles.
    """
    seen: set[int] = set()
    pending = [group]
    while pending:
        current = pending.pop()
        if current.id() in seen:
            continue
        seen.add(current.id())
        for member in model.members_of.get(current.id(), ()):
            if member.is_a("IfcGroup"):
                pending.append(member)
            elif member.is_a("IfcPort"):
                whole = model.whole_of.get(member.id())
                if whole is not None:
                    yield int(whole.id())
            else:
                yield int(member.id())


def _category(reading: Reading, group: Entity, key: str) -> str | None:
    """A classification, as COBie has it; else the kind of system that the model states."""
    stated = reading.classification_of(group) or reading.text(
        group, "ObjectType", key, label="category"
    )
    if stated is not None:
        return stated
    predefined = attribute(group, "PredefinedType")
    return None if predefined in _SAYS_NOTHING else str(predefined)
