"""Which group each system and zone of the file is, and which records enter and leave it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from arxos.domain.group import Group, GroupKind
from arxos.domain.identifiers import derived_id
from arxos.domain.import_plan import GroupChange
from arxos.domain.plan_comparison import Comparison
from arxos.domain.source import SourceGroup
from arxos.domain.source_statement import news, remembered, statement
from arxos.domain.text_rules import MAX_DESCRIPTION, folded, storable_text

MembersOf = Callable[[Group], Iterable[str]]


def plan_groups(
    comparison: Comparison,
    sources: Sequence[SourceGroup],
    groups: Sequence[Group],
    members_of: MembersOf,
) -> None:
    """Adds the groups to the plan, after all that can be a member.

    `members_of` is asked only for groups whose members the file newly says.
    """
    by_key = {g.external_ids.get(comparison.source): g for g in groups}
    by_name = {(str(g.group_kind), folded(g.name), g.category): g for g in groups}
    for source in sources:
        named = (source.group_kind, folded(source.name), source.category)
        group = by_key.get(source.key) or by_name.get(named)
        keys = (*source.device_keys, *source.room_keys)
        ids = tuple(dict.fromkeys(comparison.plan.ids[k] for k in keys if k in comparison.plan.ids))
        said = {
            name: value
            for name, value in (
                ("name", source.name),
                ("category", source.category),
                ("description", source.description),
                ("members", sorted(ids)),
            )
            if value is not None
        }
        if group is None:
            _add_group(comparison, source, said, ids)
        else:
            _keep_group(comparison, group, source, said, ids, members_of)


def _add_group(
    comparison: Comparison, source: SourceGroup, said: dict[str, Any], ids: tuple[str, ...]
) -> None:
    group = Group.create(
        at=comparison.at,
        created_by=comparison.by,
        id=derived_id("group", comparison.building_id, comparison.source, source.key),
        building_id=comparison.building_id,
        group_kind=GroupKind(source.group_kind),
        name=storable_text(source.name) or "unnamed",
        category=storable_text(source.category or "") or None,
        description=storable_text(source.description or "", maximum=MAX_DESCRIPTION) or None,
        external_ids={comparison.source: storable_text(source.key)},
        said={comparison.document: statement(said)},
    )
    comparison.plan.groups.append(GroupChange(group, added=ids))
    comparison.plan.lines[group.id] = source.line
    comparison.plan.created += 1


def _keep_group(
    comparison: Comparison,
    group: Group,
    source: SourceGroup,
    said: dict[str, Any],
    ids: tuple[str, ...],
    members_of: MembersOf,
) -> None:
    """Members that this file does not know stay: another source or a person put them there."""
    new = news(group, comparison.document, said)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    if "members" in new:
        present = set(members_of(group))
        mine = set(comparison.plan.ids.values())
        added = tuple(i for i in ids if i not in present)
        removed = tuple(sorted((present & mine).difference(ids)))
    texts = {n: storable_text(v) for n, v in new.items() if n not in ("members", "name")}
    changed, taken = group.heard({n: v for n, v in texts.items() if v})
    changed = changed.changed(at=comparison.at, by=comparison.by, **taken)
    changed = remembered(changed, comparison.document, said)
    if changed != group or added or removed:
        comparison.plan.groups.append(GroupChange(changed, added, removed))
        comparison.plan.lines[group.id] = source.line
    if changed.events or added or removed:
        comparison.plan.updated += 1
    else:
        comparison.plan.unchanged += 1
