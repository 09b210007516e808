"""The history in memory."""

from arxos.domain.history import Change
from arxos.ports.history import ChangeFilter
from arxos.ports.lists import (
    Page,
    Slice,
)
from tests.fakes.store import FakeTable, Recorded, page_of


class FakeChangeFiles:
    """The change files of chunks, both ends."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}

    def save(self, location: str, lines: list[str]) -> None:
        self.files[location] = lines

    def lines(self, location: str) -> list[str]:
        return self.files[location]

    def forget_building(self, organization_id: str, building_id: str) -> None:
        """Change files stay: the history outlives the building."""


class FakeHistory:
    def __init__(self, table: FakeTable, org: str) -> None:
        self._table, self._org = table, org

    def of_record(self, kind: str, building_id: str, record_id: str, page: Page) -> Slice[Change]:
        return page_of([r.change for r in self._newest() if r.change.record_id == record_id], page)

    def of_building(self, building_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        return self._where(where, page, [r for r in self._newest() if r.building_id == building_id])

    def of_user(self, user_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        return self._where(where, page, [r for r in self._newest() if r.change.user_id == user_id])

    def _newest(self) -> list[Recorded]:
        return [r for r in reversed(self._table.history) if r.organization_id == self._org]

    def _where(self, where: ChangeFilter, page: Page, recorded: list[Recorded]) -> Slice[Change]:
        found = [
            r.change
            for r in recorded
            if where.kind in (None, r.change.record_kind)
            and where.user_id in (None, r.change.user_id)
            and where.import_id in (None, r.change.import_id)
        ]
        return page_of(sorted(found, key=lambda c: str(c.at), reverse=True), page)
