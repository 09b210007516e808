"""Sensitive fields on their way into records, and out to who may read them."""

from collections.abc import Mapping
from typing import Any

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import InvalidInput
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.room import Room
from arxos.domain.sensitive import Sealed, Secret, sensitive_names_fault
from arxos.domain.user import Actor
from arxos.ports.vault import Vault


def with_sealed(
    values: Mapping[str, Any],
    record_id: str,
    held: Mapping[str, Sealed],
    vault: Vault | None,
) -> dict[str, Any]:
    """The values of a record, with what `sensitive` names sealed into what it holds.

    `sensitive` maps names to Secrets, or to None where a field goes; others stay. Without a vault
    (in batches: a call to KMS for each) they are refused. Raises InvalidInput.
    """
    if "sensitive" not in values:
        return dict(values)
    wanted: Mapping[str, Secret | None] = values["sensitive"]
    if vault is None:
        fault = "Sensitive fields are set one record at a time, with the record's own PATCH"
        raise InvalidInput(fault, {"sensitive": fault})
    kept = {name: sealed for name, sealed in held.items() if name not in wanted}
    new = {name: secret for name, secret in wanted.items() if secret is not None}
    if fault_ := sensitive_names_fault((*kept, *new)):
        raise InvalidInput(fault_, {"sensitive": fault_})
    sealed_now = {
        name: vault.seal(secret, record_id=record_id, name=name) for name, secret in new.items()
    }
    return {**values, "sensitive": {**kept, **sealed_now}}


def revealed(
    record: Building | Room | Device, *, vault: Vault, actor: Actor
) -> dict[str, str] | None:
    """The record's sensitive values; None for who may not read them there, or has none to read."""
    if not record.sensitive or not actor.rights.allow(Permission.READ_SENSITIVE, _place(record)):
        return None
    return {
        name: vault.open(sealed, record_id=record.id, name=name).text
        for name, sealed in sorted(record.sensitive.items())
    }


def _place(record: Building | Room | Device) -> Place:
    if isinstance(record, Building):
        return Place(record.id)
    return Place(record.building_id, record.floor_id)
