"""The room at a point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxos.domain.nearest_room import REACH_M, Ring, RoomFinder, distance_to, signed_area

HALL: Ring = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
CLOSET: Ring = ((1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0))
L_SHAPE: Ring = ((0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (1.0, 1.0), (1.0, 4.0), (0.0, 4.0))


def test_of_overlapping_rooms_the_smallest_is_meant() -> None:
    finder = RoomFinder([("hall", HALL), ("closet", CLOSET)])

    assert finder.nearest(1.5, 1.5) == "closet"
    assert finder.nearest(5.0, 5.0) == "hall"


@pytest.mark.parametrize(
    ("x", "y", "room"), [(-0.29, 5.0, "hall"), (-0.31, 5.0, None), (10.2, 10.2, "hall")]
)
def test_what_is_in_the_wall_belongs_to_the_room(x: float, y: float, room: str | None) -> None:
    assert RoomFinder([("hall", HALL)]).nearest(x, y) == room


def test_the_nearer_of_two_rooms_has_the_socket_in_the_wall_between() -> None:
    east: Ring = tuple((x + 10.3, y) for x, y in HALL)
    finder = RoomFinder([("west", HALL), ("east", east)])

    assert finder.nearest(10.1, 5.0) == "west"
    assert finder.nearest(10.2, 5.0) == "east"


def test_an_l_shaped_room_does_not_hold_what_is_in_its_corner() -> None:
    finder = RoomFinder([("l", L_SHAPE)])

    assert finder.nearest(2.5, 2.5) is None
    assert finder.nearest(0.5, 3.0) == "l"


def test_a_ring_of_two_points_is_no_room() -> None:
    assert RoomFinder([("line", ((0.0, 0.0), (1.0, 0.0)))]).nearest(0.5, 0.0) is None


@given(st.floats(-12, 22), st.floats(-12, 22))
def test_looking_up_squares_misses_nothing(x: float, y: float) -> None:
    rings = {"hall": HALL, "closet": CLOSET, "site": ((-9e4, -9e4), (9e4, -9e4), (0.0, 9e4))}
    by_hand = min((distance_to(r, x, y), abs(signed_area(r)), key) for key, r in rings.items())

    found = RoomFinder(rings.items()).nearest(x, y)

    assert found == (by_hand[2] if by_hand[0] <= REACH_M else None)


def test_the_area_of_a_ring_has_its_directions_sign() -> None:
    assert signed_area(HALL) == 100.0
    assert signed_area(tuple(reversed(HALL))) == -100.0
