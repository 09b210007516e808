"""Sensitive texts, encrypted by KMS itself: they are far below its 4 KB (ADR 0008)."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ServiceUnavailable
from arxos.domain.sensitive import Sealed, Secret
from arxos.ports.vault import BrokenSeal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_BUSY = frozenset(
    {
        "DependencyTimeoutException",
        "InternalServiceError",
        "KMSInternalException",
        "KeyUnavailableException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)


class KmsVault:
    """See `arxos.ports.vault.Vault`. `client` is asked for at the first text only.

    The encryption context is part of what is authenticated: a ciphertext that is copied to another
    record, field or organisation does not open there.
    """

    def __init__(
        self, client: "Callable[[], KMSClient]", key_id: str, organization_id: str
    ) -> None:
        self._client = client
        self._key_id = key_id
        self._organization_id = organization_id

    def seal(self, secret: Secret, *, record_id: str, name: str) -> Sealed:
        with _asking():
            answer = self._client().encrypt(
                KeyId=self._key_id,
                Plaintext=secret.text.encode(),
                EncryptionContext=self._context(record_id, name),
            )
        return Sealed(base64.b64encode(answer["CiphertextBlob"]).decode("ascii"))

    def open(self, sealed: Sealed, *, record_id: str, name: str) -> Secret:
        with _asking():
            answer = self._client().decrypt(
                KeyId=self._key_id,
                CiphertextBlob=base64.b64decode(sealed.ciphertext),
                EncryptionContext=self._context(record_id, name),
            )
        return Secret(answer["Plaintext"].decode())

    def _context(self, record_id: str, name: str) -> dict[str, str]:
        return {"organization": self._organization_id, "record": record_id, "field": name}


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except ClientError as refused:
        code = refused.response.get("Error", {}).get("Code", "")
        if code in _BUSY:
            raise _unavailable() from refused
        if code in ("InvalidCiphertextException", "IncorrectKeyException"):
            raise BrokenSeal from refused
        raise
    except BotoCoreError as silent:
        raise _unavailable() from silent


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("Sensitive fields cannot be had at the moment; try again later.")
