"""The bodies of requests about imports."""

from typing import Annotated

from arxos.domain.import_job import ImportMode, ImportProfile, filename_fault
from arxos.entrypoints.bodies import Body, checked
from arxos.use_cases.imports import StartImport


class ApplyImportBody(Body):
    """POST …/apply: whether what the file has no more goes too."""

    remove: bool = False


class StartImportBody(Body):
    """POST /buildings/{building_id}/imports."""

    filename: Annotated[str, checked(filename_fault)]
    mode: ImportMode = ImportMode.APPLY
    profile: ImportProfile = ImportProfile.EQUIPMENT

    def command(self, building_id: str) -> StartImport:
        """For the use case."""
        return StartImport(
            building_id=building_id,
            filename=self.filename,
            mode=self.mode,
            profile=self.profile,
        )
