"""`arxos organization`: all of one organisation, taken out, removed, or looked for."""

import argparse
import json
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from arxos.adapters.dynamodb.whole_organization import items_of, organization_item
from arxos.adapters.dynamodb.whole_table import stored
from arxos.domain.identifiers import PREFIXES, derived_id
from cli.deployment import CannotDo, Deployment, add_deployment
from cli.organization_removal import Found, Removal, look_everywhere
from cli.stored_objects import StoredObjects


def add_commands(parser: argparse.ArgumentParser) -> None:
    """`export`, `delete`, `search`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="write all its items as JSON lines")
    export.add_argument("--to", type=Path, help="the file; otherwise standard output")
    export.add_argument("--objects", type=Path, help="a folder for its files in the bucket, too")
    export.set_defaults(does=export_organization)
    delete = commands.add_parser("delete", help="remove its items, files and sign-ins for good")
    delete.add_argument("--yes-really", metavar="NAME", required=True, help="its name, in full")
    delete.set_defaults(does=delete_organization)
    search = commands.add_parser("search", help="look for it everywhere; exit code 1 if found")
    search.set_defaults(does=search_organization)
    for command in (export, delete, search):
        command.add_argument("organization", help="its id (org_…) or its name")
        add_deployment(command)


def export_organization(given: argparse.Namespace) -> int:
    """Each item in DynamoDB's own JSON, as its exports to S3 and imports from S3 have it."""
    deployment = Deployment.named(given)
    org, table = _id(given.organization), deployment.table
    if organization_item(table, org) is None:
        raise CannotDo(f"There is no organisation {given.organization} ({org}).")
    counts: Counter[str] = Counter()
    target = given.to.open("w", encoding="utf-8") if given.to else nullcontext(sys.stdout)
    with target as out:
        for item in items_of(table, org):
            line = {"Item": stored(item)}
            out.write(json.dumps(line, ensure_ascii=False, sort_keys=True, default=_plain) + "\n")
            counts[item.get("kind", "answer")] += 1
    objects = 0
    if given.objects:
        objects = StoredObjects.of(deployment).copy(org, given.objects)
    print(f"{_listed(counts)}; {objects} files copied.", file=sys.stderr)
    return 0


def delete_organization(given: argparse.Namespace) -> int:
    deployment = Deployment.named(given)
    org = _id(given.organization)
    item = organization_item(deployment.table, org)
    # Without its record there may still be remains of it, of a removal that was interrupted late.
    name = item["name"] if item else org
    if given.yes_really != name:
        said = f"is named '{name}'" if item else f"has no record: confirm with its id, {org}"
        raise CannotDo(f"Nothing was removed. {org} {said}.")
    removal = Removal(deployment, org, print)
    removal.run()
    return _say(look_everywhere(deployment, org, removal.subjects), org)


def search_organization(given: argparse.Namespace) -> int:
    org = _id(given.organization)
    return _say(look_everywhere(Deployment.named(given), org, frozenset()), org)


def _say(found: Found, org: str) -> int:
    if found.is_nothing:
        print(f"Nothing of {org} is left: no item, no file, no sign-in.")
        return 0
    print(
        f"{org}: {_listed(found.items)}; {found.objects} files ({', '.join(found.examples)});"
        f" {found.sign_ins} sign-ins."
    )
    return 1


def _id(named: str) -> str:
    """The id of an organisation that is named by it, or by the name it was made with."""
    if named.startswith(f"{PREFIXES['organization']}_"):
        return named
    return derived_id("organization", named)


def _listed(counts: Counter[str]) -> str:
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in sorted(counts.items()))
    return f"{counts.total():,} items" + (f" ({kinds})" if kinds else "")


def _plain(value: Any) -> Any:
    """Sets of the API, and bytes, as JSON can have them."""
    return sorted(value) if isinstance(value, set) else str(value)
