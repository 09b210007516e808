"""The key of every record: its GlobalId, kept apart where a file uses one twice."""

from arxos.adapters.readers.ifc_model import Entity, attribute
from arxos.adapters.readers.problem_list import ProblemList


class Keys:
    """Keys are unique per kind of record; GlobalIds are case-sensitive and of any length."""

    def __init__(self, problems: ProblemList, lines: dict[int, int]) -> None:
        self._problems, self._lines = problems, lines
        self._first_use: dict[tuple[str, str], Entity] = {}

    def key_of(self, entity: Entity, kind: str) -> str:
        """Call once for each instance, in the order of the file, so that suffixes are stable."""
        global_id = attribute(entity, "GlobalId")
        if not isinstance(global_id, str) or not global_id.strip():
            key = f"#{entity.id()}"
            self._problems.warn(
                "GLOBAL_ID_MISSING",
                f"A {kind} has no GlobalId; its instance number, {key}, was taken. A later export"
                " will not be recognised as the same.",
                ifc_class=entity.is_a(),
                line=self._lines.get(entity.id()),
                key=key,
                field="GlobalId",
            )
            global_id = key
        key = global_id.strip()
        count = 1
        while (kind, key) in self._first_use:
            count += 1
            key = f"{global_id.strip()}~{count}"
        self._first_use[kind, key] = entity
        if count > 1:
            other = self._first_use[kind, global_id.strip()]
            self._problems.warn(
                "DUPLICATE_GLOBAL_ID",
                f"Two {kind}s share the GlobalId {global_id}: '{_name(other)}' and"
                f" '{_name(entity)}'. Both were kept, the second as {key}.",
                ifc_class=entity.is_a(),
                line=self._lines.get(entity.id()),
                key=key,
                field="GlobalId",
                value=global_id,
            )
        return key


def _name(entity: Entity) -> str:
    return str(attribute(entity, "Name") or f"#{entity.id()}")[:80]
