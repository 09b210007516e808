"""Floor numbers from labels and heights (design: import-mapping.md, "Floor number")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxos.adapters.readers.floor_labels import read_label
from arxos.adapters.readers.floor_numbers import Storey, number_floors

LABELS = {
    0: ["Ground Floor", "GROUND", "Ground level", "GF", "G/F", "EG", "Erdgeschoss", "Erdgeschoß",
        "00_EG", "0", "00", "Level 0", "Level 00", "0. Ground Floor", "E0", "Parterre",
        "Begane grond", "00 begane grond", "RDC", "Rez-de-chaussée", "R.D.C.", "Planta baja",
        "PB", "Piano terra", "Térreo", "Stueplan", "Bottenvåning", "GL", "EG - Wohnen"],
    1: ["Level 1", "Level 01", "LEVEL 1", "L1", "L01", "First Floor", "1st Floor", "1. OG", "1.OG",
        "OG1", "01_OG1", "OG 1", "1. Obergeschoss", "Obergeschoss", "1. Stock", "1. Etage",
        "Etage 1", "E1", "1e verdieping", "eerste verdieping", "Verdieping 1", "01 verdieping",
        "1er étage", "R+1", "R + 1", "Premier étage", "Niveau 1", "Planta 1", "Primera planta",
        "Planta primera", "1ª planta", "Piso 1", "Piano primo", "1階", "１階", "一階", "1F", "1FL",
        "1层", "Floor 1", "Storey 1", "+1", "01", "1", "1 - Offices", "Plan 1", "1. sal"],
    2: ["Level 2", "Second Floor", "2nd floor", "2. Obergeschoss", "Zweiter Stock", "2ème étage",
        "Deuxième étage", "tweede verdieping", "Segunda planta", "2階", "R+2", "02 - Labs",
        "Level 2 - 3 flats", "Building 1 Level 2"],
    12: ["Level 12", "12th Floor", "12. OG", "12階", "R+12"],
    -1: ["Basement", "Basement 1", "B1", "B1F", "UG", "1. UG", "1.UG", "UG1", "U1", "KG", "Keller",
         "Untergeschoss", "1. Untergeschoss", "Kellergeschoss", "Kelder", "Sous-sol", "Sous-sol 1",
         "1er sous-sol", "R-1", "Sótano", "Sótano 1", "地下1階", "地下", "Level -1", "-1",
         "-1 kelder", "Lower Ground", "Level B1", "Interrato", "Källare", "−1"],
    -2: ["B2", "2. UG", "Untergeschoss 2", "Sous-sol 2", "Sótano 2", "地下2階", "Level -2", "-2",
         "Basement 2", "zweites Untergeschoss 2"],
}  # fmt: skip
UNNUMBERED = [
    "Dachgeschoss", "Mezzanine", "Zwischengeschoss", "Entresol", "T/FDN", "Foundation",
    "TOS Level 2", "Top of Footing", "Podium", "Level +3.10", "+3.50", "EL 12.50", "OKFF +3,20",
    "A", "", None, "Ceiling 1", "Level 1 Mezzanine", "Garden", "Tower A", "中2階",
]  # fmt: skip
ROOFS = ["Roof", "ROOF", "Dach", "Toiture", "Cubierta", "RF", "屋上", "Rooftop", "Dak", "Roof 2"]


@pytest.mark.parametrize(
    ("label", "number"), [(label, n) for n, labels in LABELS.items() for label in labels]
)
def test_a_label_tells_its_number(label: str, number: int) -> None:
    assert read_label(label).number == number


@pytest.mark.parametrize("label", UNNUMBERED)
def test_a_label_without_a_floor_number_tells_none(label: str | None) -> None:
    assert read_label(label).number is None


@pytest.mark.parametrize("label", ROOFS)
def test_a_roof_is_known_as_one(label: str) -> None:
    assert read_label(label).kind == "roof"


def numbers(*storeys: tuple[str | None, float | None, bool]) -> list[int]:
    return list(number_floors([Storey(*storey) for storey in storeys]).numbers)


@pytest.mark.parametrize(
    ("storeys", "expected"),
    [
        pytest.param(
            [("Level 1", 0.0), ("Level 2", 3.1), ("T/FDN", -1.25), ("Roof", 6.0)],
            [1, 2, 0, 3],
            id="american",
        ),
        pytest.param([("Erdgeschoss", 0.0), ("Dachgeschoss", 2.7)], [0, 1], id="german attic"),
        pytest.param([("Ground Floor", 0.0), ("Roof", 2.5)], [0, 1], id="ground and roof"),
        pytest.param(
            [("2.OG", 6.0), ("EG", 0.0), ("1.OG", 3.0), ("1.UG", -3.0), ("2.UG", -6.0)],
            [2, 0, 1, -1, -2],
            id="german, unsorted",
        ),
        pytest.param(
            [("B1F", -4.0), ("1F", 0.0), ("2F", 4.0), ("RF", 8.0)], [-1, 1, 2, 3], id="japanese"
        ),
        pytest.param([("RDC", 0.0), ("R+1", 3.0), ("Sous-sol", -3.0)], [0, 1, -1], id="french"),
        pytest.param(
            [("A", 100.0), ("B", 103.0), ("C", 106.0), ("D", 109.0)], [0, 1, 2, 3], id="at +100 m"
        ),
        pytest.param(
            [("Ground Floor", 100.0), ("Level 1", 103.0), ("Keller", 97.0)],
            [0, 1, -1],
            id="labelled at +100 m",
        ),
        pytest.param([("a", -3.0), ("b", 0.2), ("c", 3.0)], [-1, 0, 1], id="nearest to zero"),
        pytest.param(
            [("Level 2", 0.0), ("Level 1", 3.0), ("Level 3", 6.0)],
            [0, 1, 2],
            id="labels against the heights: in order, from Level 1",
        ),
        pytest.param(
            [("Roof", None), ("Ground", 0.0), ("Level 1", 3.0)], [2, 0, 1], id="roof last"
        ),
        pytest.param([("x", None), ("Roof", None), ("y", None)], [0, 2, 1], id="no elevations"),
        pytest.param([("Level 3", 0.0), ("Lobby", -4.0)], [3, 2], id="counts down from a label"),
        pytest.param([], [], id="none"),
    ],
)
def test_floors_are_numbered(storeys: list[tuple[str, float | None]], expected: list[int]) -> None:
    assert numbers(*((name, height, True) for name, height in storeys)) == expected


def test_ground_has_rooms_where_names_say_nothing() -> None:
    assert numbers(("footing", 0.0, False), ("a", 1.2, True), ("b", 4.2, True)) == [-1, 0, 1]


def test_a_mezzanine_leaves_the_labelled_floors_their_numbers() -> None:
    found = number_floors(
        [
            Storey("Ground Floor", 0.0, True),
            Storey("Mezzanine", 2.0, True),
            Storey("Level 1", 4.0, True),
            Storey("Level 2", 8.0, True),
        ]
    )

    assert found.numbers == (0, 3, 1, 2)
    assert found.squeezed == (1,)
    assert found.order == (0, 1, 2, 3)


def test_of_two_storeys_with_one_label_the_one_with_rooms_has_the_number() -> None:
    found = numbers(("Level 1 slab", 0.0, False), ("Level 1", 0.1, True), ("Level 2", 3.0, True))

    assert found == [0, 1, 2]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["EG", "Level 1", "Level 2", "Roof", "B1", "Mezzanine", "x", "", "5"]),
            st.one_of(st.none(), st.floats(-50, 200)),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_numbers_are_always_unique(storeys: list[tuple[str, float | None, bool]]) -> None:
    found = number_floors([Storey(*storey) for storey in storeys])

    assert len(set(found.numbers)) == len(storeys)
    assert sorted(found.order) == list(range(len(storeys)))
