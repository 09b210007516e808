"""What the fields of all models have in common: ids, counts, versions, who did it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from arxos.domain.identifiers import PREFIXES


def id_pattern(kind: str) -> str:
    """The form of the ids of a kind."""
    return f"^{PREFIXES[kind]}_[0-9A-Za-z]{{1,40}}$"


class Shown(BaseModel):
    """A JSON object of the API's, with these fields and no others, all of them always there."""

    model_config = ConfigDict(extra="forbid")


BuildingId = Annotated[str, Field(pattern=id_pattern("building"))]
FloorId = Annotated[str, Field(pattern=id_pattern("floor"))]
RoomId = Annotated[str, Field(pattern=id_pattern("room"))]
DeviceId = Annotated[str, Field(pattern=id_pattern("device"))]
GroupId = Annotated[str, Field(pattern=id_pattern("group"))]
ImportId = Annotated[str, Field(pattern=id_pattern("import"))]
CheckId = Annotated[str, Field(pattern=id_pattern("check"))]
DeletionId = Annotated[str, Field(pattern=id_pattern("deletion"))]
ExportId = Annotated[str, Field(pattern=id_pattern("export"))]
UserId = Annotated[str, Field(pattern=id_pattern("user"))]
OrganizationId = Annotated[str, Field(pattern=id_pattern("organization"))]
Count = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=1, description="Counts the changes of the record's own fields.")]
# Who did it: the id of a user; null where no person did.
By = Annotated[str | None, Field(description="The id of a user; null where it was nobody.")]
Sensitive = Annotated[
    dict[str, str | None],
    Field(
        description="Door codes, passwords. The values are shown by GET of the one record, with"
        " read_sensitive there; else they are null."
    ),
]
Metres = Annotated[float, Field(description="In metres.")]
