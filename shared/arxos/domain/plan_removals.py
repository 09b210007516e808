"""Which records the file no longer has: they may go, if somebody says that they shall."""

from collections.abc import Sequence

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.plan_comparison import Comparison
from arxos.domain.record import Record
from arxos.domain.room import Room


def removable(
    comparison: Comparison,
    floors: Sequence[Floor],
    rooms: Sequence[Room],
    devices: Sequence[Device],
) -> list[Floor | Room | Device]:
    """Records of this document alone that are not in it any more; never one that holds others.

    A room goes only if all its devices do, a floor only if all its rooms and devices do.
    """

    def gone(record: Record) -> bool:
        return (
            set(record.said) == {comparison.document}
            and record.external_ids.get(comparison.source) is not None
            and not comparison.speaks_of(record)
        )

    devices_gone = [d for d in devices if gone(d)]
    going = {d.id for d in devices_gone}
    held = {
        place
        for d in (*devices, *comparison.plan.devices)
        if d.id not in going
        for place in (d.floor_id, *d.room_ids)
    }
    rooms_gone = [r for r in rooms if gone(r) and r.id not in held]
    going |= {r.id for r in rooms_gone}
    held |= {r.floor_id for r in (*rooms, *comparison.plan.rooms) if r.id not in going}
    floors_gone = [f for f in floors if gone(f) and f.id not in held]
    return [*devices_gone, *rooms_gone, *floors_gone]
