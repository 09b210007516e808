"""Every key of the single table, made here and nowhere else (docs/access-patterns.md).

The organisation is part of every partition key, of the table and of its indexes, so that no query
can cross it. There are two exceptions: the sign-in directory (`identity`), which only the
authorizer reads, because a Cognito subject is all it has before it knows the organisation; and the
system's own partition (`migration`), which no request reads.
"""

from typing import NamedTuple

from arxos.domain.identifiers import shard_of
from arxos.domain.ordering import natural
from arxos.domain.text_rules import folded

# DynamoDB's limit for a sort key is 1,024 bytes; a folded name may take 4 bytes a character.
_SORT_CHARACTERS = 100

FLOOR, ROOM, DEVICE, IMPORT, CHANGE = "FLR#", "RM#", "DEV#", "IMP#", "CHG#"
EXPORT = "EXP#"
GONE = "GONE#"
LANE = "LANE#"
TALLY = "TALLY#"
CHECK = "CHK#"
USER = "USR#"
MIGRATIONS = "SYSTEM#MIGRATIONS"
GROUP, MEMBER = "GRP#", "MEM#"


class Key(NamedTuple):
    """A primary key, or the key of an index."""

    pk: str
    sk: str


def organization(org: str) -> Key:
    return Key(f"ORG#{org}", "ORG")


def identity(subject: str) -> Key:
    return Key(f"IDENTITY#{subject}", "IDENTITY")


def migration(number: int) -> Key:
    """How far a migration is. No organisation's: it is about the items of all, and holds none."""
    return Key(MIGRATIONS, f"REV#{number:04d}")


def of_organization(org: str) -> tuple[str, str]:
    """What every partition key of an organisation begins with, or is."""
    return f"ORG#{org}#", f"ORG#{org}"


def answers(org: str) -> str:
    """The partition of the organisation's idempotency keys; Powertools makes the sort keys."""
    return f"ORG#{org}#ANSWERS"


def answer_part(org: str, name: str, number: int) -> Key:
    """A piece of an answer that is larger than an item."""
    return Key(answers(org), f"PART#{name}#{number:03d}")


def made_once(org: str, once: str) -> Key:
    """What a request with an Idempotency-Key did: written with it, unlike its answer."""
    return Key(answers(org), f"ONCE#{once}")


def rows_made_once(org: str, once: str, first_row: int) -> Key:
    """What the rows from this one on did that were one transaction."""
    return Key(answers(org), f"ONCE#{once}#{first_row:03d}")


def users(org: str) -> str:
    return f"ORG#{org}#USERS"


def user(org: str, user_id: str) -> Key:
    return Key(users(org), USER + user_id)


def user_email(org: str, email: str) -> Key:
    """Beside the users: who holds an address."""
    return Key(users(org), f"EMAIL#{folded(email)}")


def buildings(org: str) -> str:
    return f"ORG#{org}#BUILDINGS"


def building(org: str, building_id: str) -> Key:
    return Key(buildings(org), f"BLD#{building_id}")


def building_by_name(org: str, building_id: str, name: str) -> Key:
    return Key(buildings(org), by_name(name, building_id))


def in_building(org: str, building_id: str) -> str:
    """The partition of a building's floors, groups, imports and floor numbers."""
    return f"ORG#{org}#BLD#{building_id}"


def in_shard(org: str, building_id: str, shard: str) -> str:
    """One of the partitions of a building's rooms and devices (ADR 0003)."""
    return f"ORG#{org}#BLD#{building_id}#{shard}"


def floor(org: str, building_id: str, floor_id: str) -> Key:
    return Key(in_building(org, building_id), FLOOR + floor_id)


def floor_number(org: str, building_id: str, number: int) -> Key:
    return Key(in_building(org, building_id), f"FLRNUM#{number}")


def room(org: str, building_id: str, room_id: str) -> Key:
    return Key(in_shard(org, building_id, shard_of(room_id)), ROOM + room_id)


def room_number(org: str, floor_id: str, number: str) -> Key:
    return Key(f"ORG#{org}#FLR#{floor_id}", f"RMNUM#{folded(number)}")


def device(org: str, building_id: str, device_id: str) -> Key:
    return Key(in_shard(org, building_id, shard_of(device_id)), DEVICE + device_id)


def device_in_further_room(org: str, building_id: str, device_id: str, room_id: str) -> Key:
    """A pointer from each room after a device's first to the device, beside the device."""
    return Key(in_shard(org, building_id, shard_of(device_id)), f"DEVRM#{device_id}#{room_id}")


def tallies(org: str, building_id: str, group: str) -> Key:
    """The kept numbers of a building: `rooms`, `devices` or `manufacturers`."""
    return Key(in_building(org, building_id), TALLY + group)


def group(org: str, building_id: str, group_id: str) -> Key:
    return Key(in_building(org, building_id), GROUP + group_id)


def members(org: str, group_id: str) -> str:
    """The partition of a group's members; by their ids, devices come before rooms."""
    return f"ORG#{org}#GRP#{group_id}"


def member(org: str, group_id: str, record_id: str) -> Key:
    return Key(members(org, group_id), MEMBER + record_id)


def deletion(org: str, deletion_id: str) -> Key:
    return Key(f"ORG#{org}#DELETIONS", f"DEL#{deletion_id}")


def import_job(org: str, building_id: str, import_id: str) -> Key:
    return Key(in_building(org, building_id), IMPORT + import_id)


def lane(org: str, building_id: str, import_id: str, first_chunk: int) -> Key:
    """A lane of an import, by the number of its first chunk."""
    return Key(in_building(org, building_id), f"{LANE}{import_id}#{first_chunk:06d}")


def export_job(org: str, building_id: str, export_id: str) -> Key:
    return Key(in_building(org, building_id), EXPORT + export_id)


def check_job(org: str, building_id: str, check_id: str) -> Key:
    return Key(in_building(org, building_id), CHECK + check_id)


def change(org: str, record_id: str, change_id: str) -> Key:
    return Key(changes_of(org, record_id), CHANGE + change_id)


def chunk_change(org: str, change_id: str) -> Key:
    """The entry of a whole chunk: its id is `<import>.<chunk>`, and it lies under the import."""
    return change(org, change_id.partition(".")[0], change_id)


def changes_of(org: str, record_id: str) -> str:
    """The partition of a record's own changes."""
    return f"ORG#{org}#REC#{record_id}"


def gone(org: str, building_id: str, shard: str, chunk_id: str) -> Key:
    """What a chunk removed in one shard of a building."""
    return Key(gone_from(org, building_id, shard), GONE + chunk_id)


def gone_from(org: str, building_id: str, shard: str) -> str:
    """The partition of all that chunks removed in a shard: that of a record's id."""
    return f"ORG#{org}#BLD#{building_id}#{shard}#GONE"


def changes_by_time(at: str, change_id: str) -> str:
    """The sort key of a building's and of a user's changes."""
    return f"{at}#{change_id}"


def changes_of_building(org: str, building_id: str) -> str:
    return f"ORG#{org}#BLD#{building_id}#CHANGES"


def changes_by_user(org: str, user_id: str) -> str:
    return f"ORG#{org}#USR#{user_id}#CHANGES"


def words(org: str, drawer: str, beginning: str) -> str:
    """The partition of a word: by its first two characters, spread over all that names begin with.

    A word of one character has a partition with what is just that.
    """
    return f"ORG#{org}#WORD#{drawer}#{beginning[:2]}"


def word(text: str, *, order: str, record_id: str) -> str:
    """The sort key of a word: `order` sorts the records that have the same one."""
    return f"{text}#{order}#{record_id}"


def organization_of(pk: str) -> str:
    """The organisation in the partition key of a record."""
    return pk.split("#", 2)[1]


def on_floor(org: str, floor_id: str) -> str:
    """Index 1: the rooms of a floor, by number."""
    return f"ORG#{org}#FLR#{floor_id}"


def on_floor_shard(org: str, floor_id: str, shard: str) -> str:
    """Index 2: the devices of a floor, by name, spread like the building they are in."""
    return f"ORG#{org}#FLR#{floor_id}#{shard}"


def in_room(org: str, room_id: str) -> str:
    """Index 1: the devices of a room, by name."""
    return f"ORG#{org}#RM#{room_id}"


def by_name(name: str, record_id: str) -> str:
    """A sort key for names in any language, made unique by the record's id."""
    return f"{folded(name)[:_SORT_CHARACTERS]}#{record_id}"


def by_number(number: str, record_id: str) -> str:
    """As `by_name`, with runs of digits padded so that room 2 comes before room 10."""
    return f"{natural(folded(number)[:_SORT_CHARACTERS])}#{record_id}"
