"""The docs are complete and name only what exists."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from arxos.domain import errors
from scripts import make_handover_rules

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ADRS = sorted((DOCS / "adr").glob("*.md"))
MARKDOWN = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted(DOCS.rglob("*.md"))]
HANDLERS = sorted(p for p in (ROOT / "functions").glob("*/*.py") if p.name != "__init__.py")
DYNAMODB = ROOT / "shared" / "arxos" / "adapters" / "dynamodb"

MOST_README_LINES = 150
MOST_ADR_LINES = 40

CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^ {4}[^\n]+|^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATTERN = re.compile(r"^\| ([A-Z]\d) [✓○] \|", re.MULTILINE)
ROW = re.compile(r"\b([A-Z])(\d)(?:-\1(\d))?\b")

each_document = pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.relative_to(ROOT)))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# ---- README and ADRs ------------------------------------------------------------------------


def test_the_readme_is_short() -> None:
    assert len(text(ROOT / "README.md").splitlines()) <= MOST_README_LINES


@pytest.mark.parametrize("path", ADRS, ids=lambda p: p.name)
def test_a_decision_is_short_and_says_how_to_undo_it(path: Path) -> None:
    assert len(text(path).splitlines()) <= MOST_ADR_LINES
    assert "how to undo" in text(path).lower()


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))


# ---- Links, commands, paths -----------------------------------------------------------------


@each_document
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(CODE_BLOCK.sub("", text(path))):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file), link


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text(file), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@each_document
def test_every_make_target_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    for code in CODE.findall(text(path)):
        for named in re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", code):
            assert named in targets, named


@each_document
def test_every_path_named_exists(path: Path) -> None:
    """In `code`, what begins with one of our folders is a path, unless it has a placeholder."""
    ours = ("shared/", "functions/", "layers/", "infra/", "scripts/", "tests/", "docs/")
    for code in re.findall(r"`([^`\n]+)`", CODE_BLOCK.sub("", text(path))):
        if code.startswith(ours) and not re.search(r"[<>*… ]", code):
            assert (ROOT / code).exists(), code


@each_document
def test_no_machine_is_named(path: Path) -> None:
    assert re.findall(r"/(?:home|root|work|Users|tmp)/\S+", text(path)) == []


def test_every_test_that_is_named_exists() -> None:
    defined = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", text(file), re.MULTILINE)
    }
    files = {file.stem for file in (ROOT / "tests").rglob("test_*.py")}
    for path in (DOCS / "adding-a-use-case.md", DOCS / "testing.md", *ADRS):
        assert set(re.findall(r"\btest_\w+", text(path))) <= defined | files, path.name


def test_examples_are_the_real_code() -> None:
    """Each block of adding-a-use-case.md stands in one of the files it names."""
    document = text(DOCS / "adding-a-use-case.md")
    files = [ROOT / name for name in re.findall(r"`([\w./]+\.(?:py|yaml))`", document)]
    sources = [text(file) for file in files if file.exists()]
    blocks = re.findall(r"^```(?:python|yaml)\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        assert any(block in source for source in sources), block


# ---- Dependencies ---------------------------------------------------------------------------


def package(requirement: str) -> str:
    return re.split(r"[\[<>=@!~ ]", requirement, maxsplit=1)[0]


def direct_dependencies() -> set[str]:
    """Those of pyproject.toml, of the tools' own environments, and the npm package."""
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    required = [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *(r for group in project["dependency-groups"].values() for r in group),
    ]
    names = {package(r) for r in required if isinstance(r, str)}
    for line in text(ROOT / "scripts" / "lock_tools.sh").splitlines():
        if line.startswith("lock "):
            names |= {package(word.strip("'")) for word in line.split()[3:]}
    for file, variable in (("set_up", "UV"), ("dynamodb_local", "PACKAGE")):
        found = re.search(rf'^{variable} = "(.+)"', text(ROOT / "scripts" / f"{file}.py"), re.M)
        assert found is not None
        names.add(package(found[1]))
    return names


def test_every_alarm_has_its_page_in_the_runbook() -> None:
    alarms = {
        name
        for file in (ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml"))
        for name in re.findall(
            r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm$", file.read_text(), flags=re.MULTILINE
        )
    }
    runbook = (ROOT / "docs/operations.md").read_text()
    assert set(re.findall(r"^### (\w+)$", runbook, flags=re.MULTILINE)) == alarms
    assert len(alarms) > 10


def test_every_direct_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|(.+)\|$", text(DOCS / "dependencies.md"), re.MULTILINE)

    assert {name for name, _ in rows} == direct_dependencies()
    assert len(rows) == len({name for name, _ in rows})
    assert all(any(len(cell.strip()) > 10 for cell in rest.split("|")) for _, rest in rows)


# ---- Handlers and access patterns -----------------------------------------------------------


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda p: p.stem)
def test_every_handler_is_in_the_docs(handler: Path) -> None:
    """With its access pattern; what has none (check_health) with the architecture."""
    pages = (DOCS / "access-patterns.md", DOCS / "architecture.md")
    assert any(re.search(rf"\b{handler.stem}\b", text(page)) for page in pages)


def documented_patterns() -> set[str]:
    return set(PATTERN.findall(text(DOCS / "access-patterns.md")))


def rows_named(docstring: str) -> set[str]:
    """`B1`, and each of `B1-B5`."""
    return {
        f"{letter}{number}"
        for letter, first, last in ROW.findall(docstring)
        for number in range(int(first), int(last or first) + 1)
    }


def docstrings(file: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(text(file))
    yield file.stem, ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, ast.get_docstring(node) or ""


def test_every_row_that_the_code_names_exists_and_every_built_row_is_named() -> None:
    named = {
        row
        for file in DYNAMODB.rglob("*.py")
        for _, docstring in docstrings(file)
        for row in rows_named(docstring)
    }
    built = set(re.findall(r"^\| ([A-Z]\d) ✓ \|", text(DOCS / "access-patterns.md"), re.MULTILINE))

    assert named <= documented_patterns()
    assert built <= named


def repository_methods() -> dict[str, str]:
    return {
        f"{node.name}.{method.name}": ast.get_docstring(method) or ""
        for file in sorted((DYNAMODB / "repositories").glob("*.py"))
        for node in ast.parse(text(file)).body
        if isinstance(node, ast.ClassDef) and node.name.startswith("Dynamo")
        for method in node.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
    }


@pytest.mark.parametrize(("method", "docstring"), repository_methods().items())
def test_every_repository_method_names_its_rows(method: str, docstring: str) -> None:
    assert rows_named(docstring), f"{method} names no row of docs/access-patterns.md"
    assert rows_named(docstring) <= documented_patterns()


# ---- What the docs say of the code ----------------------------------------------------------


def test_the_tree_of_errors_is_the_one_that_is_drawn() -> None:
    drawn = re.findall(r"^(?:[│ ]{4})*[├└]── (\w+) *([A-Z_]+)?", errors.__doc__ or "", re.MULTILINE)
    classes = {
        name: error
        for name, error in vars(errors).items()
        if isinstance(error, type)
        and issubclass(error, errors.ArxosError)
        and error is not errors.ArxosError
    }
    assert [name for name, _ in drawn] == list(classes)
    for name, code in drawn:
        if name == "Duplicate":  # its code has the field's name: DUPLICATE_FLOOR_NUMBER
            assert errors.Duplicate("x", "").public_code.startswith(code)
        else:
            assert classes[name].code == (code or errors.InvalidInput.code)


def test_every_error_code_is_in_the_architecture() -> None:
    """Those that HTTP shows; UNREADABLE_FILE stands in an import."""
    page = text(DOCS / "architecture.md")
    codes = {e.code for e in subclasses(errors.ArxosError)} - {errors.UnreadableFile.code}
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


def subclasses(error: type[errors.ArxosError]) -> Iterator[type[errors.ArxosError]]:
    yield error
    for subclass in error.__subclasses__():
        yield from subclasses(subclass)


def test_pydantic_is_only_where_a_body_is_read() -> None:
    """ADR 0006, by name and not by time. What `import a, b` loads is loaded for both, so the
    handlers without a body are imported together.
    """
    without = [h for h in HANDLERS if not re.search(r"arxos\.entrypoints\.\w*bodies", text(h))]
    modules = ", ".join(f"functions.{h.parent.name}.{h.stem}" for h in without)
    heavy = ("pydantic", "jwt", "boto3", "ifcopenshell", "shapely")
    program = f"import sys, {modules}; print([m for m in {heavy!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(without) > len(HANDLERS) / 4
    assert answer.stdout.strip() == "[]"


PROBLEM_CODE = re.compile(
    r'(?:warn|failed|fail|error)\(\s*(?:problems, \w+, |job, )?"([A-Z_]+)"|code="([A-Z_]+)"'
)


def test_every_problem_code_of_an_import_is_explained() -> None:
    package = ROOT / "shared" / "arxos"
    sources = [
        *(package / "adapters" / "readers").glob("*.py"),
        package / "domain" / "import_job.py",
        *(package / "domain").glob("*plan*.py"),
        package / "domain" / "source_cleaning.py",
        package / "domain" / "stored_sheets.py",
        *(package / "use_cases").glob("*import*.py"),
        package / "use_cases" / "read_building_file.py",
        package / "use_cases" / "take_drop.py",
    ]
    found = {
        code
        for source in sources
        for match in PROBLEM_CODE.finditer(source.read_text())
        for code in match.groups()
        if code
    }
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "imports.md").read_text(), re.M))

    assert len(found) > 30
    assert found <= explained
    # The two that end an import come from the error's own code.
    assert explained - found <= {"UNREADABLE_FILE", "VALIDATION_ERROR"}


def test_the_page_of_rules_is_the_one_that_the_rules_give() -> None:
    assert make_handover_rules.FILE.read_text() == make_handover_rules.text(), (
        "run: make handover-rules"
    )
