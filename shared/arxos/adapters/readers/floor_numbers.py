"""Numbers a building's storeys: by labels that agree with the heights, else by order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from arxos.adapters.readers.floor_labels import FloorLabel, read_label

NEAR_GROUND_M = 1.5
StoreyKind = Literal["site", "roof"] | None


@dataclass(frozen=True, slots=True)
class Storey:
    """What decides a storey's number. `kind`: what the file says it is, beside its name."""

    name: str | None
    elevation_m: float | None
    has_rooms: bool = False
    kind: StoreyKind = None


@dataclass(frozen=True, slots=True)
class FloorNumbers:
    """`numbers` and `order` go by the storeys as given; `squeezed` had no free number of their own.

    `order` lists the indexes from the lowest storey to the highest.
    """

    numbers: tuple[int, ...]
    order: tuple[int, ...]
    squeezed: tuple[int, ...] = ()


def number_floors(storeys: Sequence[Storey]) -> FloorNumbers:
    """Unique numbers, one for each storey (import-mapping.md, "Floor number")."""
    labels = [_label_of(storey) for storey in storeys]
    order = sorted(range(len(storeys)), key=lambda i: _height(storeys[i], labels[i], i))
    labelled = _trusted_labels(storeys, labels, order)
    if labelled:
        sites = {p for p, i in enumerate(order) if labels[i].kind == "site"}
        return _numbered_by_label(labelled, order, sites)
    ground = _ground(storeys, labels, order)
    base = labels[order[ground]].number or 0 if order else 0
    numbers = [0] * len(storeys)
    for position, index in enumerate(order):
        numbers[index] = base + position - ground
    return FloorNumbers(tuple(numbers), tuple(order))


def _label_of(storey: Storey) -> FloorLabel:
    """What the name says, and of a storey without a number in it what the file says it is."""
    label = read_label(storey.name)
    if label.number is None and storey.kind is not None:
        return FloorLabel(storey.kind)
    return label


def _height(storey: Storey, label: FloorLabel, index: int) -> tuple[int, float, int, int]:
    """A storey without elevation stands last, a roof without one after all, the site before all."""
    within = label.number if label.number is not None else _LAST_AMONG_EQUALS
    if label.kind == "site":
        within = -_LAST_AMONG_EQUALS
    if storey.elevation_m is None:
        return ({"roof": 2, "site": -1}.get(label.kind, 1), 0.0, within, index)
    return (0, round(storey.elevation_m, 3), within, index)


_LAST_AMONG_EQUALS = 1000


def _trusted_labels(
    storeys: Sequence[Storey], labels: Sequence[FloorLabel], order: Sequence[int]
) -> dict[int, int]:
    """Position in `order` -> number, if the labels rise with elevation; else nothing.

    Several storeys may claim one number ("Level 1", "Level 1 lining"): the one with rooms has it,
    then the shortest name; below ground the highest one.
    """
    claims: dict[int, list[int]] = {}
    for position, index in enumerate(order):
        number = labels[index].number
        if number is not None:
            claims.setdefault(number, []).append(position)
    chosen: dict[int, int] = {}
    for number, positions in claims.items():
        best = min(
            positions,
            key=lambda p: (
                not storeys[order[p]].has_rooms,
                len(storeys[order[p]].name or ""),
                -p if number < 0 else p,
            ),
        )
        chosen[best] = number
    rising = [chosen[position] for position in sorted(chosen)]
    agrees = all(below < above for below, above in pairwise(rising))
    return dict(sorted(chosen.items())) if agrees else {}


def _numbered_by_label(
    labelled: dict[int, int], order: Sequence[int], sites: Collection[int]
) -> FloorNumbers:
    """Labelled storeys keep their number; the others count on from their neighbours.

    Where two labels leave no number between them (a mezzanine between 0 and 1), the labels win
    and the storey gets the next number above the highest; the site, the next below the lowest.
    """
    anchors = list(labelled)
    by_position = dict(labelled)
    first, last = anchors[0], anchors[-1]
    for position in range(first - 1, -1, -1):
        by_position[position] = by_position[position + 1] - 1
    for below, above in pairwise(anchors):
        free = labelled[above] - labelled[below] - 1
        for step, position in enumerate(range(below + 1, above), start=1):
            if step <= free:
                by_position[position] = labelled[below] + step
    for position in range(last + 1, len(order)):
        by_position[position] = by_position[position - 1] + 1
    squeezed = [p for p in range(len(order)) if p not in by_position]
    for position in squeezed:
        taken = by_position.values()
        by_position[position] = min(taken) - 1 if position in sites else max(taken) + 1
    numbers = [0] * len(order)
    for position, index in enumerate(order):
        numbers[index] = by_position[position]
    return FloorNumbers(tuple(numbers), tuple(order), tuple(order[p] for p in squeezed))


def _ground(storeys: Sequence[Storey], labels: Sequence[FloorLabel], order: Sequence[int]) -> int:
    """The ground storey's position in `order`.

    By name, then "Level 1" and its like, then nearest to 0 within 1.5 m among storeys with rooms,
    then the lowest with rooms: some files start at +100 m, so nearest to 0 alone is wrong.
    """
    for number in (0, 1):
        for position, index in enumerate(order):
            if labels[index].number == number:
                return position
    with_rooms = [p for p, i in enumerate(order) if storeys[i].has_rooms] or list(range(len(order)))
    near: list[tuple[float, int]] = []
    for position in with_rooms:
        elevation = storeys[order[position]].elevation_m
        if elevation is not None and abs(elevation) <= NEAR_GROUND_M:
            near.append((abs(elevation), position))
    if near:
        return min(near)[1]
    return with_rooms[0] if with_rooms else 0
