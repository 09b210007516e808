"""A template as values: `!Ref x` is {"Ref": "x"}, `!Sub x` is {"Fn::Sub": "x"}."""

from functools import cache
from typing import Any

import yaml

from scripts.local_cloud.places import ROOT

Template = dict[str, Any]


class CloudFormationLoader(yaml.SafeLoader):
    """Reads CloudFormation's tags as the intrinsic functions that they stand for."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


CloudFormationLoader.add_multi_constructor("!", _intrinsic)


@cache
def template(file: str = "template.yaml") -> Template:
    loaded = yaml.load((ROOT / file).read_text(), CloudFormationLoader)  # noqa: S506
    assert isinstance(loaded, dict)
    return loaded


def resources_of(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of this kind, by name."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def statements_of(template: Template, function: str) -> list[dict[str, Any]]:
    """What a function may do: its own statements, and those of the policies it names."""
    found: list[dict[str, Any]] = []
    named = resources_of(template, "AWS::IAM::ManagedPolicy")
    for policy in template["Resources"][function]["Properties"].get("Policies", []):
        policy = named[policy["Ref"]]["PolicyDocument"] if "Ref" in policy else policy
        found.extend(policy["Statement"])
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
