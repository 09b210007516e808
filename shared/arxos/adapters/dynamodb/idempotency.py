"""Idempotency keys on the single table, by Powertools (access pattern A1)."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyValidationError,
)

from arxos.adapters.dynamodb import keys
from arxos.domain.errors import Conflict, IdempotencyKeyReused
from arxos.ports.answers import Answer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_SECONDS = 24 * 3600


class DynamoAnswers:
    """See `arxos.ports.answers.AnswerStore`. `context` is Lambda's, for its remaining time:
    a request that was cut off may be sent again once its function is certainly over.
    """

    def __init__(self, client: "DynamoDBClient", table_name: str, context: Any) -> None:
        self._client = client
        self._table_name = table_name
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="payload",
            expires_after_seconds=KEPT_SECONDS,
            raise_on_no_idempotency_key=True,
            hash_function="sha256",
        )
        self._config.register_lambda_context(context)

    def once(
        self, *, organization_id: str, key: str, payload: str, run: Callable[[], Answer]
    ) -> Answer:
        @functools.wraps(run)
        def answer(*, request: dict[str, str]) -> Answer:  # noqa: ARG001  Powertools reads it
            return run()

        remembered = idempotent_function(
            answer,
            data_keyword_argument="request",
            persistence_store=self._layer(organization_id),
            config=self._config,
            key_prefix="POST",
        )
        try:
            first: Answer = remembered(request={"key": key, "payload": payload})
        except IdempotencyValidationError:
            raise IdempotencyKeyReused(
                "This Idempotency-Key came with another request before; use a new one."
            ) from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise Conflict(
                "The first request with this Idempotency-Key is still running; try again."
            ) from None
        return first

    def _layer(self, organization_id: str) -> DynamoDBPersistenceLayer:
        return DynamoDBPersistenceLayer(
            table_name=self._table_name,
            key_attr="PK",
            static_pk_value=keys.answers(organization_id),
            sort_key_attr="SK",
            expiry_attr="expires_at",
            boto3_client=self._client,
        )
