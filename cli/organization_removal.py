"""The removal of one organisation: sign-ins first, what names it last, then a search for the rest.

Killed anywhere, the same command goes on: each step removes what it finds.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arxos.adapters.dynamodb.whole_organization import LAST_KINDS, items_of, mentions_of, remove
from arxos.adapters.dynamodb.whole_table import Item
from cli.deployment import CannotDo, Deployment
from cli.stored_objects import StoredObjects

# Whoever was let in a minute ago may still write, and search words follow their records.
_ROUNDS, _PAUSE = 10, 3.0
_AT_ONCE = 1_000
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of an organisation: items by kind, files (with some keys), sign-ins."""

    items: Counter[str]
    objects: int
    sign_ins: int
    examples: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.items or self.objects or self.sign_ins)


class Removal:
    """Removes one organisation. `subjects` are the sign-ins that it had."""

    def __init__(
        self,
        deployment: Deployment,
        org: str,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._deployment, self._org, self._tell, self._sleep = deployment, org, tell, sleep
        self._table = deployment.table
        self._cognito = deployment.client("cognito-idp")
        self.subjects: frozenset[str] = frozenset()

    def run(self) -> None:
        """All steps. Raises CannotDo if others keep writing."""
        self._lock_out()
        objects = StoredObjects.of(self._deployment)
        for _ in range(_ROUNDS):
            files = objects.remove(self._org)
            items = self._remove_items(lambda item: item.get("kind") not in LAST_KINDS)
            self._tell(f"Removed {items:,} items and {files:,} files.")
            if not items and not files:
                break
            self._sleep(_PAUSE)
        else:
            raise CannotDo("Something still writes for this organisation: run the command again.")
        self._remove_items(lambda item: item.get("kind") != "organization")
        self._remove_items(lambda _: True)

    def _lock_out(self) -> None:
        """Sign-ins lead nowhere (the gateway remembers for a minute), and then they are gone."""
        people = [item for item in items_of(self._table, self._org) if "subject" in item]
        self.subjects = frozenset(item["subject"] for item in people)
        self._remove_items(lambda item: item.get("kind") == "identity")
        for subject in sorted(self.subjects):
            try:
                self._cognito.admin_delete_user(
                    UserPoolId=self._deployment.user_pool_id, Username=subject
                )
            except self._cognito.exceptions.UserNotFoundException:
                continue
        self._tell(f"Locked out and removed {len(self.subjects)} sign-ins.")

    def _remove_items(self, concerned: Callable[[Item], bool]) -> int:
        """How many there were."""
        removed, batch = 0, []
        for item in items_of(self._table, self._org):
            if concerned(item):
                batch.append({"PK": item["PK"], "SK": item["SK"]})
            if len(batch) == _AT_ONCE:
                remove(self._table, batch)
                removed, batch = removed + len(batch), []
        remove(self._table, batch)
        return removed + len(batch)


def look_everywhere(deployment: Deployment, org: str, subjects: frozenset[str]) -> Found:
    """Every item of the table, every key of the bucket, and the sign-ins of its users."""
    items: Counter[str] = Counter()
    for item in mentions_of(deployment.table, org):
        items[item.get("kind", "answer")] += 1
        subjects |= {item["subject"]} if "subject" in item else set()
    keys = StoredObjects.of(deployment).mentioning(org)
    cognito: Any = deployment.client("cognito-idp")
    sign_ins = 0
    for subject in subjects:
        try:
            cognito.admin_get_user(UserPoolId=deployment.user_pool_id, Username=subject)
            sign_ins += 1
        except cognito.exceptions.UserNotFoundException:
            continue
    return Found(items, len(keys), sign_ins, tuple(keys[:_EXAMPLES]))
