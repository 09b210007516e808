"""Holds an IFC model against an IDS, in a child process: which elements fail which requirement.

ifctester does the work. It is told to load its schema from disk: its own way would ask the web.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # nosec B405

from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import CheckResult, Findings, RuleSeverity

MAX_IDS_BYTES = 5 * 1024 * 1024
MAX_REQUIREMENTS = 500
_SAID = 400
# Not among a specification's requirements, which are counted from 1.
_OTHER_VERSION = -1
_NAMESPACE = "http://standards.buildingsmart.org/IDS"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdsRule:
    """One requirement of a specification."""

    id: str
    sheet: str
    column: str | None
    says: str
    remedy: str
    severity: RuleSeverity = RuleSeverity.ERROR


def check_ids(ids_path: Path, model_path: Path, work: Path) -> CheckResult:
    """Raises UnreadableFile for an IDS or a model that cannot be read."""
    from arxos.adapters.readers.ifc_file_check import check_ifc_file

    _check_file(ids_path)
    specifications = _specifications(ids_path)
    checked = check_ifc_file(model_path, work, ProblemList())
    from arxos.adapters.readers.ifc_opening import open_model

    return _validated(specifications, open_model(checked.path).file)


def _check_file(path: Path) -> None:
    """Raises UnreadableFile for what is no XML of an IDS, or could harm who parses it."""
    if path.stat().st_size > MAX_IDS_BYTES:
        raise UnreadableFile(
            f"The IDS is larger than {MAX_IDS_BYTES // 2**20} MB; split it into several."
        )
    content = path.read_bytes()
    if not content.strip():
        raise UnreadableFile("The file is empty.")
    plain = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise UnreadableFile(
            "The IDS declares a document type, which none needs and attacks use. It was not read."
        )
    try:
        # Without a document type, refused above, there are no entities to swell or to fetch.
        root = ElementTree.fromstring(content)  # noqa: S314 # nosec B314
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UnreadableFile(f"This is not XML, and so no IDS ({error}).") from error
    if root.tag != f"{{{_NAMESPACE}}}ids":
        raise UnreadableFile(
            f"This is XML, but no IDS: it begins with '{root.tag[:100]}' and not with 'ids' of"
            f" {_NAMESPACE}."
        )


def _specifications(path: Path) -> list[Any]:
    import ifctester.ids
    from xmlschema import XMLSchema
    from xmlschema.exceptions import XMLSchemaException

    folder = Path(ifctester.ids.__file__).parent
    try:
        schema: Any = XMLSchema(str(folder / "ids.xsd"), allow="local")
        ifctester.ids.schema = schema
        found = ifctester.ids.open(str(path), validate=True).specifications
    except (XMLSchemaException, ifctester.ids.IdsXmlValidationError) as error:
        cause = getattr(error, "xml_error", error)
        reason = getattr(cause, "reason", None) or str(cause)
        where = getattr(cause, "path", None) or ""
        raise UnreadableFile(
            f"The IDS does not keep to its own standard (IDS 1.0): {_one_line(reason)}"
            f" {f'({where})' if where else ''}".rstrip()
            + "."
        ) from error
    if sum(len(s.requirements) for s in found) > MAX_REQUIREMENTS:
        raise UnreadableFile(
            f"The IDS has more than {MAX_REQUIREMENTS} requirements; split it into several."
        )
    return found


def _validated(specifications: list[Any], model: Any) -> CheckResult:
    rules = {
        (number, index): rule
        for number, specification in enumerate(specifications, start=1)
        for index, rule in _rules(number, specification)
    }
    findings = Findings(rules.values())
    for number, specification in enumerate(specifications, start=1):
        if not specification.check_ifc_version(model):
            rule = rules[number, _OTHER_VERSION]
            versions = ", ".join(specification.ifcVersion)
            findings.broken(
                rule, f"The model is {model.schema_identifier}, and this is about {versions}."
            )
            continue
        specification.reset_status()
        try:
            specification.validate(model, should_filter_version=True)
        except MemoryError:
            raise
        except Exception as error:
            # What an IDS says is run, its patterns too, and ifctester lets errors through.
            raise UnreadableFile(
                f"Specification {number} of the IDS, '{_one_line(specification.name)}', cannot be"
                f" tested ({_one_line(error)[:200]})."
            ) from error
        _add(specification, findings, {i: r for (n, i), r in rules.items() if n == number})
    return findings.result()


def _rules(number: int, specification: Any) -> Iterator[tuple[int, IdsRule]]:
    """Its requirements from 1 on; 0 stands for that it applies to something, or to nothing."""
    name = _one_line(specification.name) or f"Specification {number}"
    usage = specification.get_usage()
    yield (
        _OTHER_VERSION,
        IdsRule(
            id=f"IDS-{number}-VERSION",
            severity=RuleSeverity.INFO,
            sheet="IFC",
            column=None,
            says=f"{name}: it is about the model's version of IFC.",
            remedy="Use an IDS for this version of IFC; what it asks for was not tested.",
        ),
    )
    if usage != "optional":
        says = "applies to nothing" if usage == "prohibited" else "applies to at least one element"
        yield (
            0,
            IdsRule(
                id=f"IDS-{number}-0",
                sheet="IFC",
                column=None,
                says=f"{name}: it {says}.",
                remedy=_one_line(specification.instructions)
                or "Mend the model in the program that it comes from, and export it again.",
            ),
        )
    for index, facet in enumerate(specification.requirements, start=1):
        said = facet.to_string("requirement", specification, facet)
        yield (
            index,
            IdsRule(
                id=f"IDS-{number}-{index}",
                sheet="IFC",
                column=_field(facet),
                says=f"{name}: {_one_line(said)}",
                remedy=_one_line(getattr(facet, "instructions", None) or specification.instructions)
                or f"In the model: {_one_line(said)}",
            ),
        )


def _add(specification: Any, findings: Findings, rules: dict[int, IdsRule]) -> None:
    found = specification.applicable_entities
    if 0 in rules:
        findings.tested(rules[0], max(len(found), 1))
        if specification.get_usage() == "prohibited":
            for element in found:
                _broken(findings, rules[0], element, "is there, and must not be")
        elif not found:
            findings.broken(rules[0], "The model has no element that this is about.")
    for index, facet in enumerate(specification.requirements, start=1):
        if specification.maxOccurs == 0:
            continue
        findings.tested(rules[index], len(found))
        for failure in facet.failures:
            reason = _one_line(failure["reason"]).rstrip(".")
            _broken(findings, rules[index], failure["element"], f"fails: {reason}")


def _broken(findings: Findings, rule: IdsRule, element: Any, what: str) -> None:
    name = getattr(element, "Name", None) or getattr(element, "LongName", None)
    called = f"{element.is_a()} '{str(name)[:80]}'" if name else f"{element.is_a()} #{element.id()}"
    findings.broken(
        rule,
        f"{called} {what}.",
        sheet=element.is_a(),
        row=element.id(),
        key=getattr(element, "GlobalId", None),
    )


def _field(facet: Any) -> str | None:
    """What of an element the requirement is about: a property, an attribute …"""
    kind = type(facet).__name__
    parts = [
        str(value)
        for value in (
            getattr(facet, "propertySet", None),
            getattr(facet, "baseName", None) if kind == "Property" else None,
            getattr(facet, "name", None) if kind == "Attribute" else None,
        )
        if value
    ]
    return _one_line(".".join(parts))[:200] or kind


def _one_line(text: Any) -> str:
    return re.sub(r"\s+", " ", str(text or "")).strip()[:_SAID]
