"""Schemathesis: whatever the API's description allows, and what it forbids, is answered as it says.

With few examples of each operation; `make conformance EXAMPLES=100` takes more.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from scripts.local_cloud.places import ROOT
from scripts.openapi.examples import IDS
from tests.e2e.own_organization import administrator_of_a_new_organization

pytestmark = pytest.mark.e2e

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
# One worker: in threads CPython 3.11 fails to parse lambdas now and then (AST recursion depth).
# Hypothesis ends a stateful run when an answer differs from the one before (ids do), which is
# after some ten scenarios: so many runs follow the first, each with a seed of its own.
FURTHER_STATEFUL_RUNS = EXAMPLES // 10
FLOORS, ROOMS_ON_EACH = 3, 2
ADDRESS = {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"}


class Owner:
    """Makes records for schemathesis to work on, in an organisation of its own."""

    def __init__(self, cloud: dict[str, Any]) -> None:
        self.token = administrator_of_a_new_organization(cloud)
        self._http = httpx.Client(
            base_url=f"{cloud['api_url']}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def create(self, path: str, **body: Any) -> str:
        answer = self._http.post(path, json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        data = answer.json()["data"]
        return str(next(value for name, value in data.items() if name.endswith("_id")))

    def records(self, name: str) -> dict[str, list[str]]:
        """By the name of a parameter, ids of records of all kinds in one new building."""
        ids: dict[str, list[str]] = {"floor_id": [], "room_id": [], "device_id": []}
        building = self.create("/buildings", name=name, address=ADDRESS)
        here = f"/buildings/{building}"
        for f in range(FLOORS):
            floor = self.create(f"{here}/floors", floor_number=f)
            ids["floor_id"].append(floor)
            for r in range(ROOMS_ON_EACH):
                room = self.create(f"{here}/rooms", floor_id=floor, room_number=f"{f}{r}")
                device = self.create(
                    f"{here}/devices", room_id=room, name="Lamp", device_type="Lamp"
                )
                ids["room_id"].append(room)
                ids["device_id"].append(device)
        group = self.create(f"{here}/groups", name="North", kind="zone")
        job = self.create(f"{here}/imports", filename="never-uploaded.ifc")
        email = f"{name}@{building.partition('_')[2].lower()}.example"
        person = {"email": email, "first_name": name, "last_name": "Doe", "role": "viewer"}
        user = self.create("/users", **person)
        return {
            **ids,
            "building_id": [building],
            "group_id": [group],
            "import_id": [job],
            "user_id": [user],
        }


def about(kept: dict[str, list[str]], doomed: dict[str, list[str]]) -> str:
    """The project's own description, its examples being about records that there are.

    What DELETE is tried on are records of their own: the others must outlive it.
    """
    described = json.loads((ROOT / "shared/arxos/entrypoints/openapi.json").read_text())
    parameters = described["components"]["parameters"]
    for item in described["paths"].values():
        for one in item.get("delete", {}).get("parameters", []):
            shared = parameters[one.pop("$ref").rpartition("/")[2]] if "$ref" in one else one
            one |= shared
            if one["name"] in doomed:
                one["example"] = doomed[one["name"]][0]
    text = json.dumps(described)
    for name, ids in kept.items():
        text = text.replace(IDS[name], ids[0])
    return text


def configuration(kept: dict[str, list[str]], doomed: dict[str, list[str]]) -> Iterator[str]:
    """schemathesis.toml, and where ids are wanted, mostly those of records that there are."""
    yield (ROOT / "schemathesis.toml").read_text()
    yield '[[operations]]\ninclude-method = "DELETE"'
    for name in doomed:
        yield f'parameters."path.{name}" = {{ dictionary = "doomed_{name}", probability = 0.8 }}'
    yield "[parameters]"
    for name in kept:
        for place in ("path", "query", "body"):
            yield f'"{place}.{name}" = {{ dictionary = "{name}", probability = 0.8 }}'
    for prefix, ids in (("", kept), ("doomed_", doomed)):
        for name, values in ids.items():
            yield f"[dictionaries.{prefix}{name}]\nvalues = {json.dumps(values)}"


def test_every_answer_is_one_that_the_description_says(
    cloud: dict[str, Any], tmp_path: Path
) -> None:
    with Owner(cloud) as owner:
        kept, doomed = owner.records("kept"), owner.records("doomed")
    config, description = tmp_path / "schemathesis.toml", tmp_path / "openapi.json"
    config.write_text("\n".join(configuration(kept, doomed)))
    description.write_text(about(kept, doomed))

    report = ROOT / ".local" / "conformance.log"
    report.parent.mkdir(exist_ok=True)
    with report.open("w") as log:
        for further in (False, *[True] * FURTHER_STATEFUL_RUNS):
            done = subprocess.run(
                [
                    *(ROOT / ".venv" / "bin" / "st", "--config-file", config, "run", description),
                    *("--url", cloud["api_url"]),
                    *("--header", f"Authorization: Bearer {owner.token}"),
                    *("--max-examples", str(EXAMPLES), "--workers", "1", "--continue-on-failure"),
                    *(("--phases", "stateful") if further else ()),
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            log.write(done.stdout + done.stderr)
            assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr}"
