"""How the registry grows: buildings and devices created and removed, by organisation."""

from collections import Counter
from collections.abc import Iterable

from arxos.domain.search_words import RecordChange

COUNTED = {"building": "buildings", "device": "devices"}


def growth(changes: Iterable[RecordChange]) -> dict[str, Counter[str]]:
    """By organisation: `buildings_created`, `devices_removed` and so on; nothing for no change."""
    found: dict[str, Counter[str]] = {}
    for change in changes:
        record = change.after or change.before
        if record is None or record.kind not in COUNTED or (change.after and change.before):
            continue
        what = f"{COUNTED[record.kind]}_{'created' if change.after else 'removed'}"
        found.setdefault(change.organization_id, Counter())[what] += 1
    return found
