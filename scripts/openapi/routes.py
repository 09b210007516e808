"""The routes of template.yaml: method, path, and the handler's file."""

from dataclasses import dataclass
from pathlib import Path

from scripts.deployed_template import resources
from scripts.local_cloud.places import ROOT


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    folder: str
    handler: str

    @property
    def file(self) -> Path:
        return ROOT / "functions" / self.folder / f"{self.handler}.py"

    @property
    def module(self) -> str:
        return f"functions.{self.folder}.{self.handler}"


def routes() -> list[Route]:
    """In the order of the template, which groups them by what they are about."""
    found = []
    for resource in resources().values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        for event in properties.get("Events", {}).values():
            if event["Type"] == "Api":
                found.append(
                    Route(
                        method=event["Properties"]["Method"],
                        path=event["Properties"]["Path"],
                        folder=properties["CodeUri"].strip("/").rpartition("/")[2],
                        handler=properties["Handler"].partition(".")[0],
                    )
                )
    return found
