"""What reading and planning a large file takes: peak memory, and CPU against merely opening it.

Each measurement is a process of its own. Of memory, the reading process and the largest process
that it started are told apart: the readers run ifcopenshell and openpyxl in children.
Run: .venv/bin/python -m benchmarks.reading [cobie|csv|ifc ...]
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.import_plan import ImportPlan
from arxos.domain.import_planning import plan_import
from arxos.domain.plan_entries import PlanListing
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from arxos.ports.imports import UploadedFile
from tests.adapters.readers.small_ifc import small_ifc

COMPONENTS, CSV_ROWS, IFC_BYTES = 10_000, 100_000, 100 * 10**6
ROOMS = 1_000
Rows = list[list[Any]]


def write_cobie(path: Path) -> None:
    """Ten thousand components, each with three attributes, in a thousand spaces."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    floors: Rows = [["Name", "Elevation"], *([f"Level {n}", n * 3.0] for n in range(20))]
    spaces: Rows = [
        ["Name", "FloorName", "Description", "NetArea"],
        *([f"R{n:04d}", f"Level {n % 20}", f"Office {n}", 12.5] for n in range(ROOMS)),
    ]
    types: Rows = [
        ["Name", "Manufacturer", "ModelNumber"],
        *([f"Type {n}", "sales@heat.example", f"M-{n}"] for n in range(40)),
    ]
    components: Rows = [
        ["Name", "TypeName", "Space", "SerialNumber", "InstallationDate", "TagNumber"],
        *(
            [f"C{n:05d}", f"Type {n % 40}", f"R{n % ROOMS:04d}", f"S-{n}", "2026-01-31", f"T-{n}"]
            for n in range(COMPONENTS)
        ),
    ]
    attributes: Rows = [
        ["Name", "SheetName", "RowName", "Value", "Unit"],
        *(
            [f"Attribute {a}", "Component", f"C{n:05d}", f"{a * n}", "m"]
            for n in range(COMPONENTS)
            for a in range(3)
        ),
    ]
    sheets: dict[str, Rows] = {
        "Facility": [["Name", "LinearUnits"], ["House", "meters"]],
        "Floor": floors,
    }
    sheets |= {"Space": spaces, "Type": types, "Component": components, "Attribute": attributes}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def write_csv(path: Path) -> None:
    """A hundred thousand devices on twenty floors."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,floor,name,device_type,manufacturer,model,serial_number,tag_number\n")
        for n in range(CSV_ROWS):
            file.write(f"D-{n},{n % 20},Lamp {n},LightFixture,Light AG,L-{n % 40},S-{n},T-{n}\n")


def write_ifc(path: Path) -> None:
    """The tests' small house with its desk again and again, each with a property set."""
    tail = "ENDSEC;\nEND-ISO-10303-21;\n"
    head = small_ifc().removesuffix(tail)
    with path.open("w", encoding="ascii") as file:
        written = file.write(head)
        step = 1_000
        while written < IFC_BYTES:
            written += file.write(_desk(step))
            step += 20
        file.write(tail)


def _desk(step: int) -> str:
    key = f"{step:019d}"
    values = "".join(
        f"#{step + 4 + n}=IFCPROPERTYSINGLEVALUE('Property {n}',$,IFCLABEL('Value {step}'),$);\n"
        for n in range(10)
    )
    return (
        f"#{step}=IFCFURNISHINGELEMENT('0d{key}',$,'Desk {step}',$,$,#{step + 1},$,'{step}');\n"
        f"#{step + 1}=IFCLOCALPLACEMENT(#21,#{step + 2});\n"
        f"#{step + 2}=IFCAXIS2PLACEMENT3D(#{step + 3},$,$);\n"
        f"#{step + 3}=IFCCARTESIANPOINT(({step % 40 / 10},{step % 30 / 10},0.));\n{values}"
        f"#{step + 14}=IFCPROPERTYSET('0p{key}',$,'Pset_Desk',$,"
        f"({','.join(f'#{step + 4 + n}' for n in range(10))}));\n"
        f"#{step + 15}=IFCRELDEFINESBYPROPERTIES('0q{key}',$,$,$,(#{step}),#{step + 14});\n"
        f"#{step + 16}=IFCRELCONTAINEDINSPATIALSTRUCTURE('0r{key}',$,$,$,(#{step}),#30);\n"
    )


FILES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "cobie": ("cobie.xlsx", write_cobie),
    "csv": ("devices.csv", write_csv),
    "ifc": ("model.ifc", write_ifc),
}


def open_only(path: Path) -> None:
    """The library alone."""
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
    elif path.suffix == ".ifc":
        import ifcopenshell

        ifcopenshell.open(path)
    else:
        import csv

        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass


def read(path: Path) -> SourceModel:
    """As an import reads it."""
    from arxos.adapters.readers.by_suffix import ReaderBySuffix

    return ReaderBySuffix().read(path, profile="equipment")


def read_and_plan(path: Path) -> None:
    """Into an empty building."""
    _plan(read(path))


class NoBucket:
    """Takes what is stored and keeps none of it."""

    def put_object(self, **_: Any) -> None: ...


def read_plan_and_store(path: Path) -> None:
    """As an import does up to `planned`: every entry is made, hashed, packed and sent off."""
    from arxos.adapters.s3_uploads import S3Uploads

    file = UploadedFile.at("uploads/org/bld/imp/file")
    assert file is not None
    uploads = S3Uploads(NoBucket(), "bucket", max_bytes=1)  # type: ignore[arg-type]
    uploads.save_plan(file, PlanListing(_plan(read(path))))


def _plan(model: SourceModel) -> ImportPlan:
    floors: list[Floor] = []
    rooms: list[Room] = []
    devices: list[Device] = []
    at = datetime.now(UTC)
    return plan_import(
        model, building_id="bld_1", shards=1, floors=floors, rooms=rooms, devices=devices,
        at=at, by=None,
    )  # fmt: skip


TASKS: dict[str, Callable[[Path], object]] = {
    "open": open_only,
    "read": read,
    "read and plan": read_and_plan,
    "read, plan and store the plan": read_plan_and_store,
}


def measure(task: str, path: Path) -> None:
    """In this process: prints what the task took."""
    TASKS[task](path)
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        json.dumps(
            {
                "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
                "own_mb": own.ru_maxrss // 1024,
                "child_mb": children.ru_maxrss // 1024,
            }
        )
    )


def main(kinds: list[str]) -> None:
    """The report."""
    print("| file | size | what | CPU s | times opening | MB, reader | MB, its largest child |")
    print("|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        for kind in kinds:
            name, write = FILES[kind]
            path = Path(folder) / name
            write(path)
            opened = 0.0
            for task in TASKS:
                ran = subprocess.run(
                    [sys.executable, "-m", "benchmarks.reading", "--measure", task, str(path)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                took = json.loads(ran.stdout)
                opened = opened or took["cpu"]
                print(
                    f"| {kind} | {path.stat().st_size / 10**6:.1f} MB | {task} | {took['cpu']:.1f}"
                    f" | {took['cpu'] / opened:.1f} | {took['own_mb']} | {took['child_mb']} |",
                    flush=True,
                )
            path.unlink()


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "Run this from the project's root."
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1:] or list(FILES))
