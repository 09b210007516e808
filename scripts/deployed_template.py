"""template.yaml as plain values, for the scripts that read it."""

from typing import Any

import yaml

from scripts.local_cloud.places import ROOT


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags as plain values."""


_Loader.add_multi_constructor("!", lambda _loader, suffix, _node: f"!{suffix}")


def resources() -> dict[str, dict[str, Any]]:
    """The template's resources by logical id; what a tag refers to is only its tag."""
    text = (ROOT / "template.yaml").read_text()
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    found: dict[str, dict[str, Any]] = template["Resources"]
    return found
