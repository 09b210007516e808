"""The ports in memory. The contract tests hold them to the same answers as DynamoDB."""

from tests.fakes.desks import (
    FakeDeletionDesk,
    FakeExportDesk,
    FakeExportStore,
    FakeImportDesk,
    FakeOrders,
)
from tests.fakes.history import FakeChangeFiles, FakeHistory
from tests.fakes.jobs import FakeChecks, FakeDeletions, FakeExports, FakeImports
from tests.fakes.people import (
    FakeDirectory,
    FakeOrganizations,
    FakeSignIns,
    FakeTokens,
    FakeUsers,
    FakeVault,
)
from tests.fakes.records import FakeBuildings, FakeDevices, FakeFloors, FakeGroups, FakeRooms
from tests.fakes.search import FakeSearchIndex, FakeSearchWords
from tests.fakes.store import FakeTable, Recorded
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.fakes.uploads import FakeReader, FakeUploads

__all__ = [
    "FakeBuildings",
    "FakeChangeFiles",
    "FakeChecks",
    "FakeDeletionDesk",
    "FakeDeletions",
    "FakeDevices",
    "FakeDirectory",
    "FakeExportDesk",
    "FakeExportStore",
    "FakeExports",
    "FakeFloors",
    "FakeGroups",
    "FakeHistory",
    "FakeImportDesk",
    "FakeImports",
    "FakeOrders",
    "FakeOrganizations",
    "FakeReader",
    "FakeRooms",
    "FakeSearchIndex",
    "FakeSearchWords",
    "FakeSignIns",
    "FakeTable",
    "FakeTokens",
    "FakeUnitOfWork",
    "FakeUploads",
    "FakeUsers",
    "FakeVault",
    "Recorded",
]
