"""What the bucket holds of one organisation: every key says `<what>/<organisation>/…`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from cli.deployment import CannotDo, Deployment

# Each has the organisation as its second part (ports/imports.py, ports/exports.py and their like).
FOLDERS = ("uploads", "drop", "reports", "changes", "exports", "kept", "checks", "lanes")
_BATCH = 1_000


class StoredObjects:
    """A bucket, whether it keeps versions or not."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket
        status = client.get_bucket_versioning(Bucket=bucket).get("Status")
        self._has_versions = status in ("Enabled", "Suspended")

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        return cls(deployment.client("s3"), deployment.uploads_bucket)

    def remove(self, org: str) -> int:
        """Delete all objects of the organisation, with all their versions; how many."""
        removed = 0
        for folder in FOLDERS:
            batch: list[dict[str, str]] = []
            for one in [*self._found(f"{folder}/{org}/")]:
                batch.append(one)
                if len(batch) == _BATCH:
                    removed += self._delete(batch)
                    batch = []
            removed += self._delete(batch)
        return removed

    def mentioning(self, org: str) -> list[str]:
        """The keys of all objects of the whole bucket in which the organisation's id stands."""
        return [one["Key"] for one in self._found("") if org in one["Key"]]

    def copy(self, org: str, folder: Path) -> int:
        """Download the objects that are now; how many."""
        copied = 0
        pages = self._client.get_paginator("list_objects_v2")
        for name in FOLDERS:
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{name}/{org}/"):
                for one in page.get("Contents", []):
                    target = (folder / one["Key"]).resolve()
                    if not target.is_relative_to(folder.resolve()):
                        raise CannotDo(f"The object {one['Key']} would leave {folder}.")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._client.download_file(self._bucket, one["Key"], str(target))
                    copied += 1
        return copied

    def _found(self, prefix: str) -> Iterator[dict[str, str]]:
        if not self._has_versions:
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                yield from ({"Key": one["Key"]} for one in page.get("Contents", []))
            return
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
            for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                yield {"Key": one["Key"], "VersionId": one["VersionId"]}

    def _delete(self, batch: list[dict[str, str]]) -> int:
        if not batch:
            return 0
        answer = self._client.delete_objects(
            Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True}
        )
        if errors := answer.get("Errors"):
            raise CannotDo(
                f"{len(errors)} files could not be removed ({errors[0].get('Code')}). Run it again."
            )
        return len(batch)
