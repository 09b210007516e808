"""Times as Arxos writes them: ISO 8601 in UTC with milliseconds and `Z`."""

from datetime import UTC, datetime


def to_iso(moment: datetime) -> str:
    """`2026-11-22T09:30:00.000Z`; such texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The moment `to_iso` wrote."""
    return datetime.fromisoformat(text)
