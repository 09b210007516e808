"""The bodies of requests about exports."""

from pydantic import Field

from arxos.domain.export_job import ExportFormat, ExportKind
from arxos.domain.text_rules import MAX_NAME
from arxos.entrypoints.bodies import Body
from arxos.use_cases.exports import StartExport


class StartExportBody(Body):
    """POST /buildings/{building_id}/exports. All given conditions hold.

    Of a group that is a system its devices are exported, of a zone its rooms and what is in them.
    `status` and `q` are the devices', or with `kind` of the one table that is asked for. `q` is
    found anywhere in a name, number, tag, serial number or barcode, whatever its case and accents.
    """

    format: ExportFormat
    floor_id: str | None = None
    kind: ExportKind | None = None
    device_type: str | None = Field(default=None, max_length=MAX_NAME)
    room_type: str | None = Field(default=None, max_length=MAX_NAME)
    status: str | None = Field(default=None, max_length=50)
    room_id: str | None = None
    group_id: str | None = None
    q: str | None = Field(default=None, min_length=1, max_length=MAX_NAME)

    def command(self, building_id: str) -> StartExport:
        """For the use case."""
        return StartExport(building_id=building_id, **self.model_dump())
