"""The layers fit into Lambda, and what is pruned from them is not missed."""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.make_sample_building import make_sample_building

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {"runtime": "Runtime", "ifc": "Ifc", "tables": "Tables", "auth": "Auth"}
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_UNPACKED = 262_144_000

pytestmark = pytest.mark.skipif(
    shutil.which("uv") is None or shutil.which("make") is None,
    reason="building layers needs uv and make on the PATH",
)


def built(layer: str, python: str, architecture: str) -> Path:
    """The layer's `python` folder, built as SAM builds it, and kept in .local until it changes."""
    source = ROOT / "layers" / layer
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()):
        digest.update(path.name.encode() + path.read_bytes() if path.is_file() else b"")
    name = f"{layer}-{python}-{architecture}-{digest.hexdigest()[:12]}"
    target = ROOT / ".local" / "layers" / name
    if not target.exists():
        scratch = target.with_suffix(".building")
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(source, scratch / "source")
        subprocess.run(
            [  # noqa: S607
                "make", "--silent", f"build-{LAYERS[layer]}Layer",
                f"ARTIFACTS_DIR={scratch / 'out'}",
                f"LAMBDA_PYTHON_VERSION={python}", f"LAMBDA_ARCHITECTURE={architecture}",
            ],
            cwd=scratch / "source",
            check=True,
        )  # fmt: skip
        (scratch / "out").rename(target)
        shutil.rmtree(scratch)
    return target / "python"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def source_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.py"))


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_an_import_function_with_its_layers_fits_into_lambda(architecture: str) -> None:
    layers = sum(size(built(layer, "3.13", architecture)) for layer in ("runtime", "ifc", "tables"))
    code = source_size(ROOT / "shared" / "arxos") + source_size(ROOT / "functions" / "imports")

    assert layers + code < MOST_UNPACKED
    assert layers + code < 180_000_000, "grown by a fifth: see layers/ifc/prune.py"


def test_the_authorizer_with_its_layers_stays_small() -> None:
    assert sum(size(built(layer, "3.13", "arm64")) for layer in ("runtime", "auth")) < 40_000_000


@pytest.mark.parametrize("layer", LAYERS)
def test_requirements_are_what_uv_lock_says(layer: str) -> None:
    """The second comment line of each file is the command that makes it."""
    stored = (ROOT / "layers" / layer / "requirements.txt").read_text(encoding="utf-8")
    command = stored.splitlines()[1].removeprefix("# ").split()
    exported = subprocess.run(
        [*command, "--quiet"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout

    assert stored.split("\n", 2)[2] == exported


def test_the_pruned_layers_read_a_file_with_geometry(tmp_path: Path) -> None:
    """-I and -S keep this environment's own ifcopenshell out of the process and its children."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    architecture = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    make_sample_building().write(str(tmp_path / "sample.ifc"))
    # Of what Lambda has itself, ifcopenshell could want only these.
    theirs = tmp_path / "lambda-runtime"
    theirs.mkdir()
    for name in ("dateutil", "six"):
        module = __import__(name)
        origin = Path(str(module.__file__))
        source = origin.parent if origin.name == "__init__.py" else origin
        (theirs / source.name).symlink_to(source)
    path = [
        str(built("runtime", python, architecture)),
        str(built("ifc", python, architecture)),
        str(ROOT / "shared"),
        str(theirs),
    ]
    program = f"""
import json, sys
sys.path[:0] = {path!r}
from pathlib import Path
from arxos.adapters.readers.ifc import IfcReader
# -S in the child too: PYTHONPATH is all it gets.
sys.executable = {str(_python_without_site(tmp_path))!r}
model = IfcReader().read(Path({str(tmp_path / "sample.ifc")!r}), profile="equipment")
print(json.dumps([len(model.rooms), sum(r.footprint is not None for r in model.rooms),
                  len(model.devices), [p.message for p in model.problems]]))
"""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [30, 30, 158, []]


def test_the_pruned_layers_hold_a_model_against_an_ids(tmp_path: Path) -> None:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    architecture = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    make_sample_building().write(str(tmp_path / "sample.ifc"))
    (tmp_path / "rooms.ids").write_text(
        '<ids xmlns="http://standards.buildingsmart.org/IDS"><info><title>Rooms</title></info>'
        '<specifications><specification name="Rooms" ifcVersion="IFC2X3 IFC4 IFC4X3_ADD2">'
        '<applicability minOccurs="1" maxOccurs="unbounded"><entity><name><simpleValue>IFCSPACE'
        "</simpleValue></name></entity></applicability></specification></specifications></ids>"
    )
    path = [str(built(layer, python, architecture)) for layer in ("runtime", "ifc")]
    program = f"""
import sys
sys.path[:0] = {[*path, str(ROOT / "shared")]!r}
from pathlib import Path
from arxos.adapters.readers.ids_check import check_ids
folder = Path({str(tmp_path)!r})
print(check_ids(folder / "rooms.ids", folder / "sample.ifc", folder).score)
"""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )

    assert answer.stdout == "100.0\n", answer.stderr


def _python_without_site(folder: Path) -> Path:
    wrapper = folder / "python-without-site"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return wrapper
