"""An import's plan and problems as files, over the handlers on moto."""

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import openpyxl
import pytest

from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.functions.test_import_orders import TABLE, Imports

EVIL = '=HYPERLINK("http://evil.example";"x")'


@pytest.fixture
def imports(deployed: Any, import_queue: ImportQueue) -> Imports:
    return Imports(deployed, import_queue)


def fetched(imports: Imports, function: str, import_id: str, **query: str) -> tuple[bytes, str]:
    """The file that the answer leads to, and its key."""
    path = {"import_id": import_id}
    answer = imports.answer(function, path=path, query=query)
    assert answer["statusCode"] == 303
    assert "ETag" not in answer["headers"]
    url = urlsplit(answer["headers"]["Location"])
    assert "X-Amz-Signature" in parse_qs(url.query)
    key = url.path.lstrip("/").removeprefix(f"{BUCKET}/")
    assert key.startswith(f"reports/org_first/{imports.building.id}/{import_id}/")
    return boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read(), key


def test_a_plan_is_a_workbook_that_people_can_read(imports: Imports) -> None:
    imports.upload(TABLE, mode="apply")
    imports.deliver()
    import_id = imports.upload(TABLE.replace("Room 3,", f'"{EVIL.replace(chr(34), chr(34) * 2)}",'))

    content, key = fetched(imports, "get_import_plan", import_id, format="xlsx")

    book = openpyxl.load_workbook(io.BytesIO(content))
    summary: dict[Any, Any] = {row[0]: row[1] for row in book["Summary"].values}
    assert (summary["File"], summary["Started by"]) == ("rooms.csv", "Ada Lovelace")
    assert (summary["Entries: update"], summary["Predicted write units"]) == (1, 6)
    sheet = book["Entries"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:J2")
    header, row = sheet.iter_rows()
    told = dict(zip((c.value for c in header), row, strict=True))
    assert [told[name].value for name in ("Change", "Record", "Place", "Field", "Before")] == [
        *("update", "room", "Floor 1", "name", "Room 3"),
    ]
    assert (told["After"].value, told["After"].data_type) == (EVIL, "s")
    assert told["After"].quotePrefix
    digest = imports.call("get_import_plan", path={"import_id": import_id})[1]["data"]["digest"]
    assert key.endswith(f"/plan-{digest}.xlsx")


def test_a_workbook_is_made_once_and_new_records_are_a_row_each(imports: Imports) -> None:
    import_id = imports.upload(TABLE)
    content, key = fetched(imports, "get_import_plan", import_id, format="xlsx", kind="create")
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["Entries"].values)
    assert len(rows) == 1 + 22
    assert "room_number: 100" in str(rows[3])
    imports.s3.put_object(Bucket=BUCKET, Key=key, Body=b"made before")

    again, _ = fetched(imports, "get_import_plan", import_id, format="xlsx", kind="create")

    assert again == b"made before"


def test_all_problems_are_a_table(imports: Imports) -> None:
    bad = TABLE + "".join(f"1,{500 + n},x,=1+{n}\n" for n in range(3)) + "1,,no number,\n"
    import_id = imports.upload(bad)
    expected = imports.call("list_import_problems", path={"import_id": import_id})[1]["data"]

    content, _ = fetched(imports, "list_import_problems", import_id, format="csv")
    sheet, _ = fetched(imports, "list_import_problems", import_id, format="xlsx", severity="error")

    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == [p["code"] for p in expected["items"]]
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    errors = [p["code"] for p in expected["items"] if p["severity"] == "error"]
    assert [row[1] for row in list(book["Problems"].values)[1:]] == errors


def test_before_there_is_a_plan_there_is_no_workbook(imports: Imports) -> None:
    waiting = imports.upload(TABLE, mode="apply")
    status, refused = imports.call(
        "get_import_plan", path={"import_id": waiting}, query={"format": "xlsx"}
    )
    assert (status, refused["error"]["code"]) == (409, "CONFLICT")
    status, _ = imports.call(
        "get_import_plan", path={"import_id": waiting}, query={"format": "pdf"}
    )
    assert status == 422
