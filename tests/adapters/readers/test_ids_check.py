"""IDS files against IFC models: which elements fail which requirement; and bad IDS files."""

from pathlib import Path

import pytest

from arxos.adapters.readers.file_checker import ChildFileChecker
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import CheckResult
from scripts.local_cloud.places import ROOT

DATA = ROOT.parent / "shared" / "data"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ids xmlns="http://standards.buildingsmart.org/IDS" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://standards.buildingsmart.org/IDS http://standards.buildingsmart.org/IDS/1.0/ids.xsd">'
    "<info><title>Handover</title></info><specifications>"
)
ANY_NUMBER = 'minOccurs="0" maxOccurs="unbounded"'
TAIL = "</specifications></ids>"


def text(tag: str, value: str) -> str:
    return f"<{tag}><simpleValue>{value}</simpleValue></{tag}>"


def specification(
    entity: str, *requirements: str, occurs: str = "", versions: str = "IFC2X3 IFC4"
) -> str:
    return (
        f'<specification name="About {entity}" ifcVersion="{versions}" instructions="Mend it.">'
        f"<applicability {occurs or ANY_NUMBER}>"
        f"<entity>{text('name', entity)}</entity></applicability>"
        + (f"<requirements>{''.join(requirements)}</requirements>" if requirements else "")
        + "</specification>"
    )


def attribute(name: str) -> str:
    return f'<attribute cardinality="required">{text("name", name)}</attribute>'


def in_set(name: str, set_name: str = "Pset_SpaceCommon") -> str:
    return (
        f'<property cardinality="required" dataType="IFCLABEL">{text("propertySet", set_name)}'
        f"{text('baseName', name)}</property>"
    )


def checked(tmp_path: Path, *specifications: str, model: str = "Duplex_A") -> CheckResult:
    path = tmp_path / "upload.ids"
    path.write_text(HEAD + "".join(specifications) + TAIL)
    return ChildFileChecker().check_ids(path, DATA / f"{model}.ifc")


def test_rooms_and_devices_that_fail_are_named_by_requirement(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        specification("IFCSPACE", attribute("LongName"), in_set("Category")),
        specification("IFCFURNISHINGELEMENT", in_set("Fragile", "Pset_Furniture")),
    )
    rooms = [f for f in result.findings if f.rule == "IDS-1-2"]
    assert len(rooms) == 21
    assert len({f.key for f in rooms}) == 21, "each room once, by its GlobalId"
    assert {(f.sheet, f.field, f.remedy) for f in rooms} == {
        ("IfcSpace", "Pset_SpaceCommon.Category", "Mend it.")
    }
    assert any("'A102' fails" in f.message for f in rooms)
    assert "IDS-1-1" not in {rule.rule for rule in result.rules}, "every room has a LongName"
    assert result.counts["error"] == len(result.findings)
    assert 0 < result.score < 100


def test_what_must_be_there_and_what_must_not(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        specification("IFCBOILERTYPE", attribute("Name"), occurs='minOccurs="1"'),
        specification("IFCSPACE", occurs='minOccurs="0" maxOccurs="0"'),
        model="FZK",
    )
    by_rule = {rule.rule: rule.broken for rule in result.rules}
    assert by_rule == {"IDS-1-0": 1, "IDS-2-0": 7}
    other = checked(tmp_path, specification("IFCDOOR", attribute("Name"), versions="IFC4"))
    assert [rule.rule for rule in other.rules] == ["IDS-1-VERSION"]
    assert other.counts == {"error": 0, "warning": 0, "info": 1}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("rooms; areas", "not XML"),
        ("<html><body/></html>", "no IDS"),
        ('<ids xmlns="http://example.com/other"/>', "no IDS"),
        (
            '<!DOCTYPE ids [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + HEAD[39:] + "&b;" + TAIL,
            "declares a document type",
        ),
        (HEAD + "<specification/>" + TAIL, "own standard"),
        (HEAD + specification("IFCSPACE").replace("IFC4", "IFC5") + TAIL, "own standard"),
        (HEAD + specification("IFCSPACE")[:-20], "not XML"),
        (
            HEAD
            + specification(
                "IFCSPACE",
                '<attribute cardinality="required"><name><xs:restriction base="xs:string">'
                '<xs:pattern value="(("/></xs:restriction></name></attribute>',
            )
            + TAIL,
            "cannot be tested",
        ),
    ],
)
def test_a_bad_ids_is_refused_in_one_sentence(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "upload.ids"
    path.write_text(content)
    with pytest.raises(UnreadableFile) as refused:
        ChildFileChecker().check_ids(path, DATA / "Duplex_A.ifc")
    assert says in refused.value.message
    assert len(refused.value.message) < 700


def test_a_bad_model_is_refused_as_by_an_import(tmp_path: Path) -> None:
    path, model = tmp_path / "upload.ids", tmp_path / "upload.ifc"
    path.write_text(HEAD + specification("IFCSPACE") + TAIL)
    model.write_text("This is no model.\n")
    with pytest.raises(UnreadableFile, match="not an IFC file"):
        ChildFileChecker().check_ids(path, model)


def test_an_ids_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    """A pattern may take exponential time; what runs it has a limit."""
    path = tmp_path / "upload.ids"
    evil = (
        '<attribute cardinality="required"><name><simpleValue>Name</simpleValue></name><value>'
        '<xs:restriction base="xs:string"><xs:pattern value="(\\S+\\s?)*!"/></xs:restriction>'
        "</value></attribute>"
    )
    path.write_text(HEAD + specification("IFCWALLSTANDARDCASE", evil) + TAIL)
    with pytest.raises(UnreadableFile, match="could not be checked within"):
        ChildFileChecker(seconds=5).check_ids(path, DATA / "Duplex_A.ifc")
