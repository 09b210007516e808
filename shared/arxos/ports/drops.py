"""Files that other systems put into the bucket themselves, without announcing them."""

from dataclasses import dataclass
from datetime import datetime

DROP = "drop/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A file at `drop/<organisation>/<building>/…/<filename>`, as its storage event tells.

    `sequence` tells one putting of the file from the next one at the same place; an event that
    comes twice has it twice. `etag` names the content.
    """

    organization_id: str
    building_id: str
    filename: str
    location: str
    etag: str
    sequence: str
    size: int
    at: datetime

    @classmethod
    def of(
        cls, location: str, *, etag: str, sequence: str, size: int, at: datetime
    ) -> "Drop | None":
        """The drop that an object is; None for what only stands for a folder."""
        if not location.startswith(DROP) or location.endswith("/"):
            return None
        organization_id, _, rest = location.removeprefix(DROP).partition("/")
        building_id, _, path = rest.partition("/")
        return cls(
            organization_id=organization_id,
            building_id=building_id if path else "",
            filename=path.rpartition("/")[2] or rest,
            location=location,
            etag=etag,
            sequence=sequence,
            size=size,
            at=at,
        )
