"""The sample building: made by a script, and imported as anybody's file is, through the API."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from scripts.local_cloud.places import ROOT, LocalCloudError, Places
from scripts.local_cloud.tools import step

NAME = "Sample Office"
ADDRESS = {
    "street": "1 Example Street",
    "city": "Rotterdam",
    "state": "South Holland",
    "postal_code": "3011 AA",
    "country": "NL",
}
SECONDS_TO_IMPORT = 180
FINISHED = ("planned", "applied", "failed", "undone")


def import_sample_building(places: Places, api_url: str, token: str) -> dict[str, Any]:
    """The sample building's record, imported first if it is not there yet."""
    found = call(api_url, token, "GET", "/api/v1/buildings?limit=200")["items"]
    for building in found:
        if building["name"] == NAME and building.get("floors_count"):
            return dict(building)
    with step("Importing the sample building"):
        building_id = next((one["id"] for one in found if one["name"] == NAME), None)
        if building_id is None:
            new = {"name": NAME, "address": ADDRESS}
            building_id = call(api_url, token, "POST", "/api/v1/buildings", new)["building_id"]
        _import(api_url, token, building_id, _make_file(places))
        return call(api_url, token, "GET", f"/api/v1/buildings/{building_id}")


def call(
    api_url: str, token: str, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One call of the API; its `data`, or a sentence about why there is none."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        api_url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return dict(json.load(response)["data"])
    except urllib.error.HTTPError as error:
        answer = error.read().decode(errors="replace")
        raise LocalCloudError(f"{method} {path} answered {error.code}: {answer}") from None
    except (OSError, ValueError, KeyError) as error:
        raise LocalCloudError(f"{method} {path} did not answer as an API should: {error}") from None


def _make_file(places: Places) -> Path:
    file = places.directory / "sample-office.ifc"
    script = ROOT / "scripts" / "make_sample_building.py"
    made = subprocess.run(
        [sys.executable, script, file], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if made.returncode != 0 or not file.exists():
        raise LocalCloudError(f"{script.name} made no sample building:\n{made.stderr[-2000:]}")
    return file


def _import(api_url: str, token: str, building_id: str, file: Path) -> None:
    imports = f"/api/v1/buildings/{building_id}/imports"
    started = call(api_url, token, "POST", imports, {"filename": file.name, "mode": "apply"})
    _upload(started["upload"], file)
    deadline = time.monotonic() + SECONDS_TO_IMPORT
    while time.monotonic() < deadline:
        job = call(api_url, token, "GET", f"{imports}/{started['import_id']}")
        if job["status"] == "applied":
            return
        if job["status"] in FINISHED:
            raise LocalCloudError(
                f"The import of the sample building ended as '{job['status']}': "
                f"{json.dumps(job.get('errors', []))[:2000]}"
            )
        time.sleep(0.3)
    raise LocalCloudError(
        f"The import of the sample building was not done after {SECONDS_TO_IMPORT} s."
    )


def _upload(form: dict[str, Any], file: Path) -> None:
    """Send the file as the presigned form demands: its fields first, in one multipart body."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"'
    body = "".join(parts) + f"{head}\r\nContent-Type: application/octet-stream\r\n\r\n"
    request = urllib.request.Request(  # noqa: S310 - our own address
        form["url"],
        method="POST",
        data=body.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    try:
        urllib.request.urlopen(request, timeout=120).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error.read().decode(errors="replace")[:1000]
        raise LocalCloudError(f"The upload was refused ({error.code}): {answer}") from None
