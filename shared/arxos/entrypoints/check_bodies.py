"""The bodies of requests about checks."""

from typing import Annotated, Literal

from pydantic import Field

from arxos.domain.check_job import CheckSource, checkable_fault
from arxos.domain.identifiers import is_id
from arxos.entrypoints.bodies import Body, checked
from arxos.entrypoints.schemas.fields import id_pattern
from arxos.use_cases.checks import StartCheck


def _filename_fault(filename: str | None) -> str | None:
    return None if filename is None else checkable_fault(filename)


def _import_fault(import_id: str | None) -> str | None:
    known = import_id is None or is_id(import_id, "import")
    return None if known else "There is no such import"


class StartCheckBody(Body):
    """POST /buildings/{building_id}/checks."""

    filename: Annotated[str | None, checked(_filename_fault)] = Field(
        None, description="An .xlsx, .csv or .ids file that is to be uploaded."
    )
    import_id: Annotated[str | None, checked(_import_fault, pattern=id_pattern("import"))] = Field(
        None, description="With an .ids file: the import whose IFC file is held against it."
    )
    source: Literal["file", "registry"] = Field(
        "file", description="registry: what is in the registry now, without a file."
    )

    def command(self, building_id: str) -> StartCheck:
        """For the use case."""
        return StartCheck(
            building_id=building_id,
            source=CheckSource(self.source),
            filename=self.filename,
            import_id=self.import_id,
        )
