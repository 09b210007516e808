"""The parts of the local cloud that need no cloud: locks, ports, fingerprints, passwords, mends."""

import io
import json
import os
import socket
import stat
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.local_cloud import deployment, emulator, seed, server, tools
from scripts.local_cloud.places import ROOT, LocalCloudError, Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_an_instance_without_a_process_is_not_running(places: Places) -> None:
    assert server.running(places) is None


def test_an_instance_whose_lock_is_held_is_running(places: Places) -> None:
    with server._lock(places):
        places.server.write_text(json.dumps({"pid": 12, "port": 4577}))

        assert server.running(places) == server.Server(12, 4577)

    assert server.running(places) is None


def test_a_taken_port_is_refused_with_a_way_out(places: Places) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(
            LocalCloudError, match=f"Port {port} is taken .* make run PORT={port + 1}"
        ):
            server.start(places, port)

    assert server.running(places) is None


def test_aws_and_the_api_share_a_port_and_differ_in_the_host() -> None:
    one = server.Server(1, 4577)
    assert (one.endpoint_url, one.api_url) == ("http://localhost:4577", "http://127.0.0.1:4577")


def test_the_environment_forgets_real_accounts_and_this_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_PROFILE", "POWERTOOLS_TRACE_DISABLED", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    for name, value in dict(os.environ).items():
        monkeypatch.setenv(name, value)  # so that it is put back afterwards
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")

    tools.clean_this_environment()

    assert not any(name.startswith("AWS_") for name in os.environ)
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    assert os.environ["NO_PROXY"] == "localhost,127.0.0.1"
    assert os.environ["HTTP_PROXY"] == "http://proxy.example"


def test_a_tool_that_fails_says_how_it_ended(places: Places) -> None:
    places.cloud.mkdir(parents=True)
    with pytest.raises(LocalCloudError, match=r"(?s)'sh -c' failed.*no such thing"):
        tools.run_tool(["sh", "-c", "echo no such thing; exit 3"], places.deployment_log)


def test_a_fingerprint_changes_with_a_file_and_with_a_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "ROOT", tmp_path)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("1")
    first = deployment.fingerprint(("code",), "Port=1")

    assert deployment.fingerprint(("code",), "Port=1") == first
    assert deployment.fingerprint(("code",), "Port=2") != first
    (tmp_path / "code" / "__pycache__").mkdir()
    (tmp_path / "code" / "__pycache__" / "a.pyc").write_text("1")
    assert deployment.fingerprint(("code",), "Port=1") == first
    (tmp_path / "code" / "a.py").write_text("2")
    assert deployment.fingerprint(("code",), "Port=1") != first


def test_what_a_deployment_depends_on_is_there() -> None:
    for source in deployment.BUILT_FROM + deployment.DEPLOYED_WITH:
        assert (ROOT / source).exists()


def test_passwords_stay_and_are_nobody_elses_to_read(places: Places) -> None:
    first = seed.passwords(places)

    assert seed.passwords(places) == first
    assert first.keys() == {person.email for person in seed.PEOPLE}
    assert stat.S_IMODE(places.passwords.stat().st_mode) == 0o600


def test_the_people_are_every_role_of_one_organisation_and_an_admin_of_another() -> None:
    acme, beacon = seed.ACME[0], seed.BEACON[0]
    roles = [(person.organization, person.role) for person in seed.PEOPLE]
    assert roles == [
        (acme, "admin"),
        (acme, "facility_manager"),
        (acme, "engineer"),
        (acme, "contractor"),
        (acme, "viewer"),
        (beacon, "admin"),
    ]


def test_the_emulator_leaves_health_to_the_api() -> None:
    app = SimpleNamespace(_HEALTH_PATHS=("/_ministack/health", "/health"))
    emulator.serve_our_own_health(app)
    assert app._HEALTH_PATHS == ("/_ministack/health",)


def test_the_emulator_imports_gateway_responses_with_the_api() -> None:
    put: list[tuple[str, str, dict[str, Any]]] = []
    gateway = SimpleNamespace(
        _import_rest_api=lambda spec, base: "api",
        _put_gateway_response=lambda api, kind, response: put.append((api, kind, response)),
    )
    emulator.import_gateway_responses(gateway)

    answer = {"statusCode": "404"}
    spec = {"x-amazon-apigateway-gateway-responses": {"MISSING": answer}}
    assert gateway._import_rest_api(spec) == "api"
    assert put == [("api", "MISSING", answer)]


def test_the_emulator_refuses_a_ministack_it_does_not_know() -> None:
    with pytest.raises(SystemExit, match="not the one"):
        emulator.outlive_handler_errors(SimpleNamespace(_PYTHON_WORKER_SCRIPT="", Worker=None))


def test_the_emulator_unpacks_a_layer_once_for_all_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/arxos/__init__.py", "")
    service = SimpleNamespace(_resolve_layer_zip=lambda layer: content.getvalue())
    monkeypatch.setattr(emulator, "import_module", lambda name: service)
    spawned: list[dict[str, Any]] = []

    class Worker:
        def __init__(self) -> None:
            self.config: dict[str, Any] = {"Layers": [{"Arn": "one"}], "Timeout": 3}

        def _spawn(self) -> None:
            spawned.append(self.config)

    emulator.unpack_each_layer_once(SimpleNamespace(Worker=Worker), tmp_path)
    first, second = Worker(), Worker()
    first._spawn()
    second._spawn()

    assert first.config == {"Layers": [{"Arn": "one"}], "Timeout": 3}
    (unpacked,) = tmp_path.iterdir()
    assert (unpacked / "python" / "arxos" / "__init__.py").exists()
    for config in spawned:
        assert config["Layers"] == []
        assert config["Environment"]["Variables"]["_LAMBDA_LAYERS_DIRS"] == str(unpacked)


def test_the_emulator_tells_policies_what_a_text_is_encrypted_for() -> None:
    actions = SimpleNamespace(request_tag_context=lambda *args: {"aws:TagKeys": []})
    emulator.tell_policies_of_encryption_contexts(actions)
    body = json.dumps({"KeyId": "k", "EncryptionContext": {"record": "rm_1"}}).encode()

    told = actions.request_tag_context("kms", "kms:Decrypt", body, {})

    assert told == {"aws:TagKeys": [], "kms:EncryptionContext:record": "rm_1"}
    assert actions.request_tag_context("sqs", "sqs:SendMessage", b"{", {}) == {"aws:TagKeys": []}
    assert actions.request_tag_context("kms", "kms:ListKeys", b"", {}) == {"aws:TagKeys": []}


class Ministack:
    """What of ministack's Lambda service and its tables the emulator replaces, without a cloud."""

    STREAM = "arn:aws:dynamodb:eu-central-1:000000000000:table/T/stream/x"

    def __init__(self, retries: int = 2) -> None:
        mapping = {
            "UUID": "m",
            "FunctionName": "f",
            "EventSourceArn": self.STREAM,
            "MaximumRetryAttempts": retries,
        }
        self._iter_all_esms = lambda: [("a", "r", mapping)]
        self.bad: set[str] = set()
        self.delivered: list[list[str]] = []
        self.given_up: list[str] = []
        self.restored: list[Any] = []
        self.kept = [str(n) for n in range(2500)]
        self.forgotten = 0
        self.read = 0
        position = SimpleNamespace(get_scoped=lambda account, region, key, default: self.read)
        self._dynamodb_stream_positions = position

    def _execute_function(self, function: Any, event: dict[str, Any]) -> dict[str, Any]:
        numbers = [one["dynamodb"]["SequenceNumber"] for one in event["Records"]]
        self.delivered.append(numbers)
        bad = [n for n in numbers if n in self.bad]
        return {"body": {"batchItemFailures": [{"itemIdentifier": n} for n in bad[:1]]}}

    def _send_ddb_stream_failure_record(
        self, mapping: Any, function: Any, batch: Any, arn: str, result: Any, condition: str
    ) -> None:
        self.given_up += [one["dynamodb"]["SequenceNumber"] for one in batch]

    def _poll_dynamodb_streams(self) -> bool:
        return True

    def _restore_esm_positions(self, store: Any, positions: Any) -> None:
        self.restored.append(store)

    @property
    def tables(self) -> Any:
        streams = SimpleNamespace(
            all_items=lambda: [(("a", "r", "T"), self.kept)],
            get_scoped=lambda account, region, table: self.kept,
        )

        def forget(account: str, region: str, table: str, count: int) -> None:
            self.forgotten = count

        return SimpleNamespace(
            _stream_records=streams,
            _stream_trimmed=SimpleNamespace(set_scoped=forget),
            stream_start_position=lambda table, **scope: self.forgotten,
        )


def changes(*numbers: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:dynamodb",
                "eventSourceARN": Ministack.STREAM,
                "dynamodb": {"SequenceNumber": number},
            }
            for number in numbers
        ]
    }


def test_the_emulator_delivers_from_the_change_that_failed_and_gives_up_on_it_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    cloud = Ministack(retries=2)
    cloud.bad = {"2"}
    emulator.deliver_streams_as_aws_does(cloud)

    answer = cloud._execute_function({"FunctionName": "f"}, changes("1", "2", "3"))

    assert "error" not in answer
    assert cloud.delivered == [["1", "2", "3"], ["2"], ["2"], ["3"]]
    assert cloud.given_up == ["2"]


def test_the_emulator_forgets_the_changes_that_were_delivered_and_no_others() -> None:
    cloud = Ministack()
    emulator.forget_what_was_delivered(cloud, cloud.tables)

    cloud.read = 10
    assert cloud._poll_dynamodb_streams()
    assert (len(cloud.kept), cloud.forgotten) == (2500, 0)
    cloud.read = 1200
    cloud._poll_dynamodb_streams()
    assert (cloud.kept[0], len(cloud.kept), cloud.forgotten) == ("1200", 1300, 1200)


def test_the_emulator_reads_the_streams_of_a_new_run_from_their_beginning() -> None:
    cloud = Ministack()
    emulator.forget_what_was_delivered(cloud, cloud.tables)
    other = object()

    cloud._restore_esm_positions(cloud._dynamodb_stream_positions, {})
    cloud._restore_esm_positions(other, {})

    assert cloud.restored == [other]
