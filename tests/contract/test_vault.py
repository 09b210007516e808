"""Sensitive texts: the fake vault and KMS (on moto) keep the same promises."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from arxos.adapters.kms_vault import KmsVault
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.sensitive import MAX_SENSITIVE_TEXT, Sealed, Secret
from arxos.ports.vault import BrokenSeal, Vault
from tests.dynamodb_table import REGION
from tests.fakes import FakeVault
from tests.make import ORG, OTHER_ORG

OpenVault = Callable[[str], Vault]


@pytest.fixture(params=["fake", "moto"])
def vaults(request: pytest.FixtureRequest) -> Iterator[OpenVault]:
    """Opens the vault of an organisation, all behind one key."""
    if request.param == "fake":
        yield FakeVault().of
        return
    request.getfixturevalue("moto")
    client = boto3.client("kms", region_name=REGION)
    key = client.create_key()["KeyMetadata"]["Arn"]
    yield lambda organization_id: KmsVault(lambda: client, key, organization_id)


def test_what_is_sealed_opens_in_its_place(vaults: OpenVault) -> None:
    vault = vaults(ORG)
    longest = "🔑" * MAX_SENSITIVE_TEXT  # four bytes each, and KMS takes 4,096
    for text in ("4711#", "Größe 会議室", longest):
        sealed = vault.seal(Secret(text), record_id="rm_1", name="door_code")

        assert vault.open(sealed, record_id="rm_1", name="door_code") == Secret(text)
        assert text not in sealed.ciphertext


def test_a_ciphertext_opens_nowhere_else(vaults: OpenVault) -> None:
    sealed = vaults(ORG).seal(Secret("4711#"), record_id="rm_1", name="door_code")

    for organization_id, record_id, name in (
        (OTHER_ORG, "rm_1", "door_code"),
        (ORG, "rm_2", "door_code"),
        (ORG, "rm_1", "network_password"),
    ):
        with pytest.raises(BrokenSeal):
            vaults(organization_id).open(sealed, record_id=record_id, name=name)


def test_neither_form_shows_itself() -> None:
    assert "4711#" not in repr([Secret("4711#"), Sealed("4711#")])


def test_a_vault_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("kms", region_name=REGION, endpoint_url="http://127.0.0.1:9")
    monkeypatch.setattr(client.meta.config, "retries", {"total_max_attempts": 1})
    vault = KmsVault(lambda: client, "key", ORG)

    with pytest.raises(ServiceUnavailable):
        vault.seal(Secret("4711#"), record_id="rm_1", name="door_code")
