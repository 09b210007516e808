"""Rules on the registry's own records: what a building's file of assets should hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.handover.rule import Findings, RuleSeverity
from arxos.domain.room import Room
from arxos.domain.text_rules import folded

ERROR, WARNING, INFO = RuleSeverity.ERROR, RuleSeverity.WARNING, RuleSeverity.INFO
MOST_AREA_M2 = 100_000


@dataclass(slots=True)
class Seen:
    """What the check remembers from one record to the next."""

    zones: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    first: dict[tuple[str, str], str] = field(default_factory=dict)

    def again(self, rule: str, value: str, label: str) -> str | None:
        """Who had this value before."""
        key = (rule, folded(value))
        before = self.first.get(key)
        self.first.setdefault(key, label)
        return before


Record = Building | Floor | Room | Device | Group
Test = Callable[[Record, Seen], str | None]
"""What is wrong, as the end of a sentence that begins with the record; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule:
    """One rule on the records of a kind; `sheet` is the kind, `column` the field."""

    id: str
    severity: RuleSeverity
    sheet: str
    column: str | None
    says: str
    remedy: str
    test: Test


def _present(
    kind: str, field_name: str, severity: RuleSeverity, what: str, remedy: str
) -> RecordRule:
    def test(record: Record, seen: Seen) -> str | None:  # noqa: ARG001
        return None if getattr(record, field_name) not in (None, "") else f"has no {what}"

    return RecordRule(
        id=f"REGISTRY-{kind.upper()}-{field_name.upper().replace('_', '-')}",
        severity=severity,
        sheet=kind,
        column=field_name,
        says=f"Every record of {kind} has {'an' if what[0] in 'aeiou' else 'a'} {what}.",
        remedy=remedy,
        test=test,
    )


def _unique(field_name: str, what: str) -> RecordRule:
    rule_id = f"REGISTRY-DEVICES-{field_name.upper().replace('_', '-')}-UNIQUE"

    def test(record: Record, seen: Seen) -> str | None:
        value = getattr(record, field_name)
        if not value:
            return None
        maker = getattr(record, "manufacturer", None) if field_name == "serial_number" else None
        before = seen.again(rule_id, f"{maker}\x1f{value}", record.label)
        return f"has the {what} '{value}', as '{before}' has already" if before else None

    return RecordRule(
        id=rule_id,
        severity=ERROR,
        sheet="devices",
        column=field_name,
        says=f"No two devices have the same {what}"
        + (" of one manufacturer." if field_name == "serial_number" else "."),
        remedy=f"Correct the {what} of one of them, or remove the device that is there twice.",
        test=test,
    )


def _rule(
    name: str,
    severity: RuleSeverity,
    kind: str,
    column: str | None,
    says: str,
    remedy: str,
    test: Test,
) -> RecordRule:
    return RecordRule(
        id=f"REGISTRY-{kind.upper()}-{name}",
        severity=severity,
        sheet=kind,
        column=column,
        says=says,
        remedy=remedy,
        test=test,
    )


def _empty_floor(record: Record, _: Seen) -> str | None:
    empty = isinstance(record, Floor) and not record.rooms_count and not record.devices_count
    return "holds no room and no device" if empty else None


def _area(record: Record, _: Seen) -> str | None:
    area = getattr(record, "area_m2", None)
    if area is None or 0 < area <= MOST_AREA_M2:
        return None
    return f"has an area of {area:g} m², which no room has"


def _zone(record: Record, seen: Seen) -> str | None:
    in_one = seen.zones.intersection(getattr(record, "group_ids", ()))
    return None if in_one else "is in no zone"


def _system(record: Record, seen: Seen) -> str | None:
    in_one = seen.systems.intersection(getattr(record, "group_ids", ()))
    return None if in_one else "is in no system"


def _classified(record: Record, _: Seen) -> str | None:
    unclassified = getattr(record, "ifc_class", None) == "IfcBuildingElementProxy"
    return "is not classified: its model calls it a proxy" if unclassified else None


def _warranty(record: Record, _: Seen) -> str | None:
    if not isinstance(record, Device) or not record.installed_on or not record.warranty_until:
        return None
    if record.warranty_until >= record.installed_on:
        return None
    return (
        f"has a warranty until {record.warranty_until}, before it was installed"
        f" ({record.installed_on})"
    )


def _members(record: Record, _: Seen) -> str | None:
    return None if getattr(record, "members_count", 0) else "has no members"


_MAKER = "Set it by hand, or import a COBie workbook in which its type names it."
RULES: tuple[RecordRule, ...] = (
    _present("floors", "name", WARNING, "name", "Name the floor."),
    _present("floors", "elevation_m", INFO, "elevation", "Import the model, or set it."),
    _rule(
        "EMPTY",
        WARNING,
        "floors",
        None,
        "Every floor holds a room or a device.",
        "Import the model of the floor, or delete the floor.",
        _empty_floor,
    ),
    _present("rooms", "name", INFO, "name", "Say what the room is called or used for."),
    _present("rooms", "room_type", WARNING, "type", "Set room_type to the room's class or use."),
    _present("rooms", "area_m2", WARNING, "area", "Set the area, or import a model that has it."),
    _rule(
        "AREA-SANE",
        ERROR,
        "rooms",
        "area_m2",
        f"A room's area is more than 0 and at most {MOST_AREA_M2:,} m².",
        "Measure again; a unit may have been taken for another.",
        _area,
    ),
    _rule(
        "ZONE",
        INFO,
        "rooms",
        "group_ids",
        "Every room is in a zone.",
        "Put the room into a group of the kind zone.",
        _zone,
    ),
    _rule(
        "CLASS",
        WARNING,
        "devices",
        "device_type",
        "Every device is classified.",
        "Give it the right class in the model, or set its device_type.",
        _classified,
    ),
    _present("devices", "room_id", WARNING, "room", "Move the device into its room."),
    _present("devices", "manufacturer", WARNING, "manufacturer", _MAKER),
    _present("devices", "model", WARNING, "model", _MAKER),
    _present("devices", "serial_number", WARNING, "serial number", "Read it off its plate."),
    _present("devices", "installed_on", WARNING, "installation date", "Set the day."),
    _present("devices", "warranty_until", INFO, "end of warranty", "Set the day."),
    _present("devices", "tag_number", INFO, "tag number", "Tag it, and set the number."),
    _rule(
        "SYSTEM",
        INFO,
        "devices",
        "group_ids",
        "Every device is in a system.",
        "Put the device into a group of the kind system.",
        _system,
    ),
    _unique("serial_number", "serial number"),
    _unique("tag_number", "tag number"),
    _unique("barcode", "bar code"),
    _rule(
        "WARRANTY-ORDER",
        ERROR,
        "devices",
        "warranty_until",
        "A warranty ends after the device was installed.",
        "Correct the one day or the other.",
        _warranty,
    ),
    _rule(
        "MEMBERS",
        WARNING,
        "groups",
        None,
        "Every group has members.",
        "Put devices or rooms into it, or delete it.",
        _members,
    ),
)
BY_KIND: Mapping[str, tuple[RecordRule, ...]] = {
    kind: tuple(rule for rule in RULES if rule.sheet == kind)
    for kind in ("floors", "rooms", "devices", "groups")
}


def groups_seen(groups: Iterable[Group]) -> Seen:
    """What the check remembers at its beginning."""
    zones: set[str] = set()
    systems: set[str] = set()
    for group in groups:
        (zones if group.group_kind is GroupKind.ZONE else systems).add(group.id)
    return Seen(frozenset(zones), frozenset(systems))


def check_records(kind: str, records: Iterable[Record], seen: Seen, findings: Findings) -> None:
    """Add what the rules find wrong with the records of a kind, which are read one by one."""
    rules = BY_KIND[kind]
    for record in records:
        for rule in rules:
            findings.tested(rule)
            fault = rule.test(record, seen)
            if fault is None:
                continue
            value = getattr(record, rule.column) if rule.column else None
            findings.broken(
                rule,
                f"{record.kind.capitalize()} '{record.label[:80]}' {fault}.",
                key=record.id,
                value=str(value) if isinstance(value, (str, int, float)) else None,
            )
