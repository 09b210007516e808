"""What a client of the API does: sign in, ask, upload a file, wait for its import."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx

IMPORT_SECONDS = 60
FINISHED = {"applied", "failed", "planned"}


class RegistryClient:
    """One user of the API, by the tokens of outputs.json."""

    def __init__(self, outputs: dict[str, Any], role: str, organization: str = "acme") -> None:
        (user,) = (
            user
            for user in outputs["users"]
            if (user["role"], user["organization"]) == (role, organization)
        )
        self.user = user
        self.http = httpx.Client(
            base_url=outputs["api_url"],
            headers={"Authorization": f"Bearer {user['access_token']}"},
            timeout=30,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/api/v1{path}", params=query)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(f"/api/v1{path}", json=body)

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status_code == httpx.codes.OK, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """A whole list, page by page."""
        return list(self._pages(path, **query))

    def _pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        while True:
            page = self.read(path, **query, **cursor)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def create_building(self, name: str) -> str:
        address = {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"}
        answer = self.post("/buildings", {"name": name, "address": address})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        building_id: str = answer.json()["data"]["building_id"]
        return building_id

    def announce(self, building_id: str, filename: str, **body: str) -> dict[str, Any]:
        answer = self.post(f"/buildings/{building_id}/imports", {"filename": filename, **body})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def upload(self, announced: dict[str, Any], content: bytes) -> httpx.Response:
        form = announced["upload"]
        return httpx.post(
            form["url"],
            data=form["fields"],
            files={"file": (announced["import"]["filename"], content)},
            timeout=60,
        )

    def finished(self, building_id: str, import_id: str) -> dict[str, Any]:
        """The import once it is over."""
        deadline = time.monotonic() + IMPORT_SECONDS
        while time.monotonic() < deadline:
            job = self.read(f"/buildings/{building_id}/imports/{import_id}")
            if job["status"] in FINISHED:
                return job
            time.sleep(0.3)
        raise AssertionError(f"The import is still {job['status']} after {IMPORT_SECONDS} s")

    def import_file(
        self, building_id: str, content: bytes, filename: str = "model.ifc", **body: str
    ) -> dict[str, Any]:
        announced = self.announce(building_id, filename, **body)
        uploaded = self.upload(announced, content)
        assert uploaded.is_success, uploaded.text
        return self.finished(building_id, announced["import_id"])

    def content(self, building_id: str) -> dict[str, list[dict[str, Any]]]:
        """All floors, rooms and devices, in an order of their own."""
        return {
            kind: sorted(
                self.every(f"/buildings/{building_id}/{kind}", limit=200), key=lambda r: r["id"]
            )
            for kind in ("floors", "rooms", "devices")
        }


def sample(name: str) -> bytes:
    """A file of ../shared/data; skips where that is missing."""
    import pytest

    path = Path(__file__).parents[3] / "shared" / "data" / name
    if not path.exists():
        pytest.skip("the sample files of ../shared/data are not there")
    return path.read_bytes()


def deployed_function(client: Any, name: str) -> dict[str, Any]:
    """The function of that name in the template, by a boto3 client of Lambda: it lists 50 at a
    time.
    """
    pages = client.get_paginator("list_functions").paginate()
    (found,) = (f for page in pages for f in page["Functions"] if name in f["FunctionName"])
    function: dict[str, Any] = found
    return function
