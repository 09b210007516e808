"""A plan of many entries on its way to the bucket and back."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from arxos.adapters.s3_uploads import ENTRIES_PER_PAGE, S3Uploads
from arxos.domain.plan_entries import EntryKind, PlanEntry
from arxos.ports.imports import UploadedFile

FILE = UploadedFile(
    organization_id="org_1",
    building_id="bld_1",
    import_id="imp_1",
    filename="a.csv",
    location="uploads/org_1/bld_1/imp_1/a.csv",
)


class Bucket:
    """As much of S3 as a plan needs; `sizes` says how many entries were made at each put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.made = 0
        self.made_at_put: list[int] = []

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        self.objects[Key] = Body
        self.made_at_put.append(self.made)

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Body": BytesIO(self.objects[Key])}

    def entries(self, number: int) -> Iterator[PlanEntry]:
        for n in range(number):
            self.made += 1
            yield PlanEntry(
                kind=EntryKind.CREATE,
                record_kind="device",
                record_id=f"dev_{n}",
                label="Lamp",
                fields={"name": {"before": None, "after": f"Lamp {n}"}},
                reason="New.",
            )


@pytest.mark.parametrize("number", [0, 1, ENTRIES_PER_PAGE, 2 * ENTRIES_PER_PAGE + 1])
def test_a_plan_is_stored_page_by_page_and_read_from_anywhere(number: int) -> None:
    bucket = Bucket()
    uploads = S3Uploads(bucket, "uploads", max_bytes=1)  # type: ignore[arg-type]

    uploads.save_plan(FILE, bucket.entries(number))

    assert list(uploads.plan(FILE, size=number)) == list(Bucket().entries(number))
    last = max(number - 1, 0)
    assert (
        list(uploads.plan(FILE, start=last, size=number)) == list(Bucket().entries(number))[last:]
    )


def test_of_a_plan_as_much_is_read_as_is_asked_for() -> None:
    bucket = Bucket()
    uploads = S3Uploads(bucket, "uploads", max_bytes=1)  # type: ignore[arg-type]
    uploads.save_plan(FILE, bucket.entries(ENTRIES_PER_PAGE + 9))

    for start, end in ((0, 3), (2, 5), (ENTRIES_PER_PAGE - 1, ENTRIES_PER_PAGE + 2), (4, 4)):
        found = [e.record_id for e in uploads.plan(FILE, start=start, size=end)]
        assert found == [f"dev_{n}" for n in range(start, end)]


def test_no_more_than_a_page_of_a_plan_is_made_before_it_is_stored() -> None:
    bucket = Bucket()

    S3Uploads(bucket, "uploads", max_bytes=1).save_plan(  # type: ignore[arg-type]
        FILE, bucket.entries(3 * ENTRIES_PER_PAGE)
    )

    assert bucket.made_at_put == [ENTRIES_PER_PAGE * page for page in (1, 2, 3)]
