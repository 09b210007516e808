"""The history as use cases read it; it is written with every change, by the unit of work."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from arxos.domain.history import Change, ChangedKind
from arxos.ports.lists import Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilter:
    """All given conditions hold."""

    kind: Annotated[str | None, ChangedKind] = None
    user_id: str | None = None
    import_id: str | None = None


class History(Protocol):
    """One organisation's history, the newest first, whether a person or an import made a change.

    A slice may hold fewer changes than asked for and still have a next: its work is bounded.
    """

    def of_record(self, kind: str, building_id: str, record_id: str, page: Page) -> Slice[Change]:
        """What happened to one record since it came into the registry.

        Of what an earlier record with the same id went through (removed, and imported again) only
        the changes by hand are told. Nothing for a record that never was.
        """
        ...

    def of_building(self, building_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        """What happened to a building and to all in it, even when it is gone."""
        ...

    def of_user(self, user_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        """What one user changed, and the imports that they started."""
        ...


class ChangeFiles(Protocol):
    """The files that keep the changes of whole chunks (ADR 0005)."""

    def lines(self, location: str) -> list[str]:
        """The file's lines, a change each. Raises ServiceUnavailable."""
        ...
