"""Which group each system and zone of the file is, and which records enter and leave it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, GroupKind
from arxos.domain.identifiers import derived_id
from arxos.domain.import_plan import GroupChange
from arxos.domain.own_exports import OWN, own_matches
from arxos.domain.plan_comparison import Comparison
from arxos.domain.record_matching import Keys
from arxos.domain.source import Problem, SourceGroup
from arxos.domain.source_statement import news, remembered, statement
from arxos.domain.text_rules import (
    MAX_DESCRIPTION,
    MAX_NAME,
    folded,
    has_visible_text,
    optional_text_fault,
    storable_text,
)

MembersOf = Callable[[Group], Iterable[str]]


def plan_groups(
    comparison: Comparison,
    sources: Sequence[SourceGroup],
    groups: Sequence[Group],
    members_of: MembersOf,
    group_counts: Mapping[str, int],
) -> None:
    """Adds the groups to the plan, after all that can be a member.

    `members_of` is asked only for groups whose members the file newly says; `group_counts` says in
    how many groups a record is that is in any.
    """
    places = _PlacesInGroups(comparison, group_counts)
    met = _met(comparison.source, sources, groups)
    file_keys = Keys(comparison.source, comparison.document, frozenset(s.key for s in sources))
    for source in sources:
        group = met.get(source.key)
        keys = (*source.device_keys, *source.room_keys)
        ids = tuple(dict.fromkeys(comparison.plan.ids[k] for k in keys if k in comparison.plan.ids))
        said = {
            name: value
            for name, value in (
                ("name", source.name),
                ("category", source.category),
                ("description", source.description),
                ("members", sorted(ids) if source.members_said else None),
            )
            if value is not None
        }
        if group is not None:
            comparison.listen(group, said, source)
        if group is not None and source.edited is not None:
            said = {name: value for name, value in said.items() if name in source.edited}
        if group is None:
            _add_group(comparison, source, said, places.taken(source, ids))
        else:
            _keep_group(comparison, group, source, said, ids, members_of, places, file_keys)


class _PlacesInGroups:
    """A record is in so many groups at most; a file that wants more is told."""

    def __init__(self, comparison: Comparison, group_counts: Mapping[str, int]) -> None:
        self._comparison = comparison
        self._counts = Counter(group_counts)

    def taken(self, source: SourceGroup, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the records that can enter the group."""
        asked = tuple(ids)
        entering = tuple(i for i in asked if self._counts[i] < MAX_GROUPS_OF_A_RECORD)
        self._counts.update(entering)
        if len(entering) < len(asked):
            self._comparison.plan.problems.append(
                Problem(
                    severity="warning",
                    code="GROUPS_TOO_MANY",
                    message=f"{len(asked) - len(entering)} of the members of the"
                    f" {source.group_kind} '{source.name}' are in {MAX_GROUPS_OF_A_RECORD} groups"
                    " already, the most there can be; they were not put into this one.",
                    sheet_or_class=source.group_kind,
                    row_or_line=source.line,
                    key=source.key,
                    field="members",
                )
            )
        return entering


def _met(
    source_name: str, sources: Sequence[SourceGroup], groups: Sequence[Group]
) -> dict[str, Group]:
    """Each group's key in the file -> the group it is: by its key, else by its kind and name.

    Another source's group is met by name and category, or by name alone where one of the two says
    no category; never where several fit.
    """
    if source_name == OWN:
        by_key = own_matches(sources, groups)
    else:
        by_key = {g.external_ids[source_name]: g for g in groups if source_name in g.external_ids}
    met = {s.key: by_key[s.key] for s in sources if s.key in by_key}
    for is_same in (_same_category, _category_unsaid):
        taken = {g.id for g in met.values()}
        free: dict[tuple[str, str], list[Group]] = {}
        for group in groups:
            if group.id not in taken:
                free.setdefault(_name_of(group), []).append(group)
        pairs = [
            (source, group)
            for source in sources
            if source.key not in met
            for group in free.get(_name_of(source), ())
            if is_same(source, group)
        ]
        of_source = Counter(source.key for source, _ in pairs)
        of_group = Counter(group.id for _, group in pairs)
        for source, group in pairs:
            if of_source[source.key] == of_group[group.id] == 1:
                met[source.key] = group
    return met


def _name_of(group: Group | SourceGroup) -> tuple[str, str]:
    return str(group.group_kind), folded(group.name)


def _same_category(source: SourceGroup, group: Group) -> bool:
    return source.category == group.category


def _category_unsaid(source: SourceGroup, group: Group) -> bool:
    return source.category is None or group.category is None


def _external_ids(comparison: Comparison, source: SourceGroup) -> dict[str, str]:
    own = {} if comparison.source == OWN else {comparison.source: storable_text(source.key)}
    return {**source.other_ids, **own}


def _storable(text: str, *, maximum: int = MAX_NAME) -> str:
    """The text as it is, if the registry takes it so."""
    is_long = maximum == MAX_DESCRIPTION
    if optional_text_fault(text, label="", maximum=maximum, multiline=is_long) is None:
        return text
    return storable_text(text, maximum=maximum)


def _name(text: str) -> str:
    name = _storable(text)
    return name if has_visible_text(name) else "unnamed"


def _add_group(
    comparison: Comparison, source: SourceGroup, said: dict[str, Any], ids: tuple[str, ...]
) -> None:
    group = Group.create(
        at=comparison.at,
        created_by=comparison.by,
        id=derived_id("group", comparison.building_id, comparison.source, source.key),
        building_id=comparison.building_id,
        group_kind=GroupKind(source.group_kind),
        name=_name(source.name),
        category=_storable(source.category or "") or None,
        description=_storable(source.description or "", maximum=MAX_DESCRIPTION) or None,
        external_ids=_external_ids(comparison, source),
        metadata=source.metadata,
        tags=source.tags,
        said={comparison.document: statement(said)},
    )
    comparison.mention(group)
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
    places: _PlacesInGroups,
    file_keys: Keys,
) -> None:
    """Members that this file does not know stay: another source or a person put them there.

    A document that speaks of the group for the first time takes nobody out of it, and only
    completes what another has said.
    """
    repeated = comparison.document in group.said
    new = news(group, comparison.document, said)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    if "members" in new or not source.members_said:
        present = set(members_of(group))
        mine = set(comparison.plan.ids.values())
        added = places.taken(source, (i for i in ids if i not in present))
        if repeated and source.members_said:
            removed = tuple(sorted((present & mine).difference(ids)))
    if repeated:
        _warn_of_hand_edits(comparison, group, source, said, new)
    texts = {
        name: storable_text(value)
        for name, value in new.items()
        if name != "members" and (repeated or getattr(group, name) in (None, ""))
    }
    changed, taken = group.heard({n: v for n, v in texts.items() if v})
    own = _external_ids(comparison, source)
    is_lost = file_keys.is_lost(group)
    ids_of_sources = {**group.external_ids, **own} if is_lost else {**own, **group.external_ids}
    changed = changed.changed(
        at=comparison.at, by=comparison.by, **taken, external_ids=ids_of_sources
    )
    changed = remembered(changed, comparison.document, said)
    comparison.mention(group)
    if changed != group or added or removed:
        comparison.plan.groups.append(GroupChange(changed, added, removed))
        comparison.plan.lines[group.id] = source.line
    if changed.events or added or removed:
        comparison.plan.updated += 1
    else:
        comparison.stays(group)


def _warn_of_hand_edits(
    comparison: Comparison,
    group: Group,
    source: SourceGroup,
    said: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    for name in sorted(group.hand_edits.keys() & said.keys() - {"members"}):
        if said[name] != getattr(group, name):
            comparison.warn_kept(group, name, source, said[name], is_conflict=name in new)
