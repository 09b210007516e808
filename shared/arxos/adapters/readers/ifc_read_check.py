"""Compares what an IFC file's text holds with what the library read of it."""

import re
from collections.abc import Sized
from pathlib import Path

from arxos.adapters.readers.ifc_building import find_buildings
from arxos.adapters.readers.ifc_model import IfcModel
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.step_text import StepScan, line_of, scan
from arxos.domain.errors import UnreadableFile

_LISTED = 5
_ATTRIBUTES = re.compile(r"Expected (\d+) attribute values, found (\d+) for instance #(\d+)")
# With more than half of a file gone, what is left tells nothing about the building.
_LOST_TOO_MUCH = 0.5


def check_what_was_read(path: Path, model: IfcModel, problems: ProblemList) -> None:
    """Warns of what is lost; raises UnreadableFile if that is most of it, or the building."""
    text = scan(path)
    read = set(model.file.entity_names())
    lost = sorted((text.ids | text.commented_ids) - read)
    said = _what_was_lost(path, text, lost, model) if lost else ""
    if not find_buildings(model):
        raise UnreadableFile(
            "No building (IfcBuilding) was found in the file. "
            + (said or "Export the model with its site, building and storeys.")
        )
    if len(lost) > _LOST_TOO_MUCH * text.count:
        raise UnreadableFile(f"{said} Too little is left to trust; export the file again.")
    if said:
        problems.warn("INSTANCES_LOST", said)
    _warn_about_unknown_entities(text, model, problems)
    _warn_about_ids(path, text, problems)
    _warn_about_attributes(path, model, problems)


def _what_was_lost(path: Path, text: StepScan, lost: list[int], model: IfcModel) -> str:
    first = lost[0]
    said = (
        f"{len(lost):,} of the file's {text.count:,} instances could not be read, the first of"
        f" them #{first} in line {line_of(path, first)}"
    )
    if text.unclosed_comment:
        said += "; a comment mark ('/*') that is never closed hides what follows it"
    elif text.commented_ids:
        said += f"; {len(text.commented_ids):,} of them stand inside comments"
    elif unknown := _unknown_entities(text, model):
        said += f"; {', '.join(sorted(unknown)[:_LISTED])} is no class of {model.schema}"
    return said + "."


def _unknown_entities(text: StepScan, model: IfcModel) -> dict[str, int]:
    declared = {name.upper() for name in model.declared}
    return {
        name: count for name, count in text.entity_names.items() if name and name not in declared
    }


def _warn_about_unknown_entities(text: StepScan, model: IfcModel, problems: ProblemList) -> None:
    for name, count in _unknown_entities(text, model).items():
        problems.warn(
            "UNKNOWN_CLASS",
            f"The class {name} does not exist in {model.schema}; {_times(count)} left out.",
            ifc_class=name[:100],
        )


def _times(count: int) -> str:
    return "its one instance was" if count == 1 else f"its {count:,} instances were"


def _warn_about_ids(path: Path, text: StepScan, problems: ProblemList) -> None:
    if text.duplicate_ids:
        problems.warn(
            "DUPLICATE_STEP_ID",
            f"{_many(text.duplicate_ids, 'instance number is', 'instance numbers are')} used"
            f" twice, first {_listed(text.duplicate_ids)}; only one instance of each was read.",
            line=line_of(path, text.duplicate_ids[0]),
        )
    if text.dangling_ids:
        problems.warn(
            "DANGLING_REFERENCE",
            f"{_many(text.dangling_ids, 'instance is', 'instances are')} referred to but not in the"
            f" file, first {_listed(text.dangling_ids)}; what refers there was read without.",
        )


def _warn_about_attributes(path: Path, model: IfcModel, problems: ProblemList) -> None:
    found = _ATTRIBUTES.findall(model.log)
    if found:
        expected, given, step_id = (int(number) for number in found[0])
        problems.warn(
            "ATTRIBUTES_MISSING",
            f"{_many(found, 'instance has', 'instances have')} fewer or more attributes than"
            f" {model.schema} gives their class, first #{step_id} with {given} instead of"
            f" {expected}; check what was read of them.",
            line=line_of(path, step_id),
        )


def _many(found: Sized, one: str, several: str) -> str:
    return f"1 {one}" if len(found) == 1 else f"{len(found):,} {several}"


def _listed(step_ids: list[int]) -> str:
    return ", ".join(f"#{step_id}" for step_id in step_ids[:_LISTED])
