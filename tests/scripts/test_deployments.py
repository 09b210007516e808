"""Around a deployment: what is missing is said in a sentence, what stood there is remembered."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError, NoCredentialsError

from scripts.deployments import check, main, outputs, parameters, remember
from scripts.local_cloud.places import ROOT
from scripts.stages import Stage, Unready, stage_named

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())


class Aws(Stage):
    """A stage whose clients answer as they are told."""

    def __init__(self, **answers: Any) -> None:
        super().__init__("staging", "arxos-staging", "eu-central-1")
        object.__setattr__(self, "answers", answers)

    def client(self, service: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        def answer(**_: Any) -> Any:
            told = self.answers[name]
            if isinstance(told, Exception):
                raise told
            return told

        return answer


@pytest.fixture
def _has_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/python3.13")


@pytest.mark.usefixtures("_has_python")
def test_where_it_goes_is_said_before_anything_is_built() -> None:
    said = check(Aws(get_caller_identity={"Account": "111122223333"}))
    assert said == "Deploying the stack arxos-staging to the account 111122223333 in eu-central-1."


@pytest.mark.usefixtures("_has_python")
def test_missing_credentials_are_one_sentence() -> None:
    with pytest.raises(Unready, match="aws sso login"):
        check(Aws(get_caller_identity=NoCredentialsError()))


def test_a_missing_python_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Unready, match="on the PATH"):
        check(Aws())


def test_a_missing_region_and_a_missing_stage_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(Unready, match="no region is said for staging"):
        stage_named("staging", {"staging": {"deploy": {"parameters": {"stack_name": "x"}}}})
    assert main(["check", "local"]) == 1
    assert "it has staging and production" in capsys.readouterr().err


@pytest.mark.parametrize("before", ["Resources: {}", {"Resources": {}}])
def test_the_template_that_stood_there_is_kept(before: object, tmp_path: Path) -> None:
    said = remember(Aws(get_template={"TemplateBody": before}), tmp_path)
    assert "make take-back ENV=staging" in said
    kept = yaml.safe_load((tmp_path / "before-staging.yaml").read_text())
    assert kept == {"Resources": {}}


def test_of_a_new_stack_nothing_older_is_kept(tmp_path: Path) -> None:
    (tmp_path / "before-staging.yaml").write_text("of another deployment")
    none: Any = {
        "Error": {"Code": "ValidationError", "Message": "Stack arxos-staging does not exist"}
    }
    said = remember(Aws(get_template=ClientError(none, "GetTemplate")), tmp_path)
    assert "nothing to take back to" in said
    assert list(tmp_path.iterdir()) == []


def test_each_deployment_is_a_release_of_its_own_with_the_stages_parameters() -> None:
    *given, release = parameters(stage_named("production")).split()
    assert given == CONFIG["production"]["deploy"]["parameters"]["parameter_overrides"]
    assert re.fullmatch(r"Release=\d{8}T\d{6}", release)


def test_the_addresses_are_written_down(tmp_path: Path) -> None:
    folder = tmp_path / ".local"
    folder.mkdir()
    stack = {"Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://x"}]}
    outputs(Aws(describe_stacks={"Stacks": [stack]}), folder)
    written = json.loads((folder / "outputs-staging.json").read_text())
    assert written == {"region": "eu-central-1", "ApiUrl": "https://x"}


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_the_workflow_never_waits_for_a_confirmation_that_nobody_can_give(stage: str) -> None:
    steps = WORKFLOW["jobs"][stage]["steps"]
    deploying = [
        step["run"]
        for step in steps
        if step.get("run", "").startswith(("make deploy", "make take"))
    ]
    assert len(deploying) == 2
    if CONFIG[stage]["deploy"]["parameters"]["confirm_changeset"]:
        assert all(run.endswith("OPTIONS=--no-confirm-changeset") for run in deploying)


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_failed_smoke_test_puts_back_what_stood_there(stage: str) -> None:
    *_, smoke, back = WORKFLOW["jobs"][stage]["steps"]
    assert smoke["run"] == f"make smoke ENV={stage}"
    assert back["if"] == f"failure() && steps.{smoke['id']}.outcome == 'failure'"
    assert back["run"].startswith(f"make take-back ENV={stage}")
