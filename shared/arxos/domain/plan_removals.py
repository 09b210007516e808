"""Which records the file no longer has: they may go, if somebody says that they shall."""

from collections.abc import Sequence

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.plan_comparison import Comparison
from arxos.domain.record import Record
from arxos.domain.room import Room


def removable(
    comparison: Comparison,
    floors: Sequence[Floor],
    rooms: Sequence[Room],
    devices: Sequence[Device],
    groups: Sequence[Group],
) -> list[Group | Floor | Room | Device]:
    """Records of this document alone that are not in it any more; never one that holds others.

    Of a kind of which the file does not say all, none goes; and where it does not say all floors,
    nothing on a floor that it does not speak of: a table of one floor's devices is no word about
    those of another. A room goes only if all its devices do, a floor only if all its rooms and
    devices do.
    """
    on_floors: list[Room | Device] = [
        *(*rooms, *comparison.plan.rooms),
        *(*devices, *comparison.plan.devices),
    ]
    covered = {r.floor_id for r in on_floors if comparison.speaks_of(r)}

    def gone(record: Record) -> bool:
        return (
            record.kind not in comparison.incomplete
            and set(record.said) == {comparison.document}
            and record.external_ids.get(comparison.source) is not None
            and not comparison.speaks_of(record)
        )

    def is_covered(record: Room | Device) -> bool:
        return (
            "floor" not in comparison.incomplete
            or record.floor_id in covered
            or comparison.speaks_of_id(record.floor_id)
        )

    groups_gone = [g for g in groups if gone(g)]
    devices_gone = [d for d in devices if gone(d) and is_covered(d)]
    going = {d.id for d in devices_gone}
    held = {
        place
        for d in (*devices, *comparison.plan.devices)
        if d.id not in going
        for place in (d.floor_id, *d.room_ids)
    }
    rooms_gone = [r for r in rooms if gone(r) and is_covered(r) and r.id not in held]
    going |= {r.id for r in rooms_gone}
    held |= {r.floor_id for r in (*rooms, *comparison.plan.rooms) if r.id not in going}
    floors_gone = [f for f in floors if gone(f) and f.id not in held]
    return [*groups_gone, *devices_gone, *rooms_gone, *floors_gone]
