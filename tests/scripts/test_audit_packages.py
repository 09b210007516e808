"""What pip-audit says is taken for what it is: a package it knows nothing of is not a safe one."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import audit_packages
from scripts.audit_packages import main

SAFE = {"name": "safe", "version": "1", "vulns": []}
FAULTY = {
    "name": "faulty",
    "version": "1",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}],
}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture(autouse=True)
def _nothing_must_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARXOS_AUDIT_MUST_ASK", raising=False)


def audited(tmp_path: Path, *packages: dict[str, Any] | None) -> int:
    """The exit code where pip-audit would say this of one file; None: it fails."""
    says = "" if None in packages else json.dumps({"dependencies": packages})
    pip_audit = tmp_path / "pip-audit"
    pip_audit.write_text(f"#!{sys.executable}\nprint({says!r})\n")
    pip_audit.chmod(0o755)
    requirements = tmp_path / "some.requirements.txt"
    requirements.touch()
    return main([str(pip_audit), str(requirements)])


def test_no_known_fault_passes_and_one_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(tmp_path, SAFE) == 0
    assert audited(tmp_path, SAFE, FAULTY) == 1
    assert "faulty 1: PYSEC-1, mended in 2" in capsys.readouterr().out


def test_a_fault_that_is_let_pass_by_either_name_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(audit_packages.LET_PASS, "CVE-1", "it is never called")
    assert audited(tmp_path, FAULTY) == 0


@pytest.mark.parametrize("answer", [UNKNOWN, None])
def test_what_could_not_be_asked_is_said_and_fails_where_it_must_be_asked(
    answer: dict[str, Any] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audited(tmp_path, answer) == 0
    said = capsys.readouterr().out
    assert "NOTHING IS KNOWN of any package" in said or "NOT ASKED" in said
    monkeypatch.setenv("ARXOS_AUDIT_MUST_ASK", "1")
    assert audited(tmp_path, answer) == 1


def test_one_unknown_package_among_known_ones_is_named_and_fails_where_it_must_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(tmp_path, SAFE, UNKNOWN) == 0
    assert "NOTHING IS KNOWN of unknown." in capsys.readouterr().out
    monkeypatch.setenv("ARXOS_AUDIT_MUST_ASK", "1")
    assert audited(tmp_path, SAFE, UNKNOWN) == 1
