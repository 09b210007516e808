"""Start ministack with its faults that hurt us mended; docs/adr/0002-local-cloud.md says why each.

Runs in ministack's own environment, so nothing of Arxos is imported here.
Usage: emulator.py DIRECTORY, the one that unpacked layers are kept in.
"""

import functools
import hashlib
import io
import json
import os
import shutil
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

DAYS_TO_KEEP_A_LAYER = 7
MOST_WORKERS = 4  # of one function
STREAM_RETRIES = 10  # of a mapping that does not say
STREAM_RECORDS_TO_FORGET = 1000


def serve_our_own_health(app: Any) -> None:
    """ministack answers /health on every host before it looks whose host it is."""
    app._HEALTH_PATHS = tuple(path for path in app._HEALTH_PATHS if path != "/health")


def import_gateway_responses(gateway: Any) -> None:
    """ministack's import of an OpenAPI body leaves out the gateway responses that stand in it."""
    import_body: Callable[..., str] = gateway._import_rest_api

    @functools.wraps(import_body)
    def import_with_responses(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
        api_id = import_body(spec, base_data)
        for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            gateway._put_gateway_response(api_id, kind, dict(response))
        return api_id

    gateway._import_rest_api = import_with_responses


def outlive_handler_errors(runtime: Any) -> None:
    """ministack ends a worker whose handler raised; AWS, and now this, keeps it warm."""
    fatal = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
    survived = '{"status": "ok", "raised": {"error": str(e), "trace": traceback.format_exc()}}'
    if fatal not in runtime._PYTHON_WORKER_SCRIPT:
        raise SystemExit("This ministack is not the one that emulator.py was written for.")
    runtime._PYTHON_WORKER_SCRIPT = runtime._PYTHON_WORKER_SCRIPT.replace(fatal, survived)
    invoke: Callable[..., dict[str, Any]] = runtime.Worker.invoke

    @functools.wraps(invoke)
    def invoke_and_survive(worker: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response = invoke(worker, *args, **kwargs)
        raised = response.pop("raised", None)
        return response if raised is None else {**response, **raised, "status": "error"}

    runtime.Worker.invoke = invoke_and_survive


def unpack_each_layer_once(runtime: Any, layers: Path) -> None:
    """ministack unpacks every layer anew for every worker: seconds and 300 MB each time."""
    spawn: Callable[[Any], None] = runtime.Worker._spawn
    resolve_layer_zip = import_module("ministack.services.lambda_svc")._resolve_layer_zip
    unpacking = threading.Lock()

    def unpacked(layer: Any) -> str:
        content: bytes = resolve_layer_zip(layer)
        place = layers / hashlib.sha256(content).hexdigest()
        with unpacking:
            if not place.exists():
                unfinished = place.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                zipfile.ZipFile(io.BytesIO(content)).extractall(unfinished)
                unfinished.rename(place)
            os.utime(place)
        return str(place)

    @functools.wraps(spawn)
    def spawn_with_unpacked_layers(worker: Any) -> None:
        config = worker.config
        variables = dict(config.get("Environment", {}).get("Variables", {}))
        places = [unpacked(layer) for layer in config.get("Layers", [])]
        variables["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(places)
        worker.config = {**config, "Layers": [], "Environment": {"Variables": variables}}
        try:
            spawn(worker)
        finally:
            worker.config = config

    runtime.Worker._spawn = spawn_with_unpacked_layers


def queue_for_a_worker(lambdas: Any) -> None:
    """ministack starts a worker for every waiting call; fifty at once starve each other.

    Their timeouts run while they start, so a burst ended in 503s. AWS starts as many too, each on
    a machine of its own; here a call waits for one of a few, and its time runs from then on.
    """
    execute: Callable[..., dict[str, Any]] = lambdas._execute_function_warm
    places: dict[str, threading.BoundedSemaphore] = {}
    making = threading.Lock()

    @functools.wraps(execute)
    def execute_in_turn(function: Any, event: Any, request_id: str) -> dict[str, Any]:
        name = (function.get("config") or function)["FunctionName"]
        with making:
            place = places.setdefault(name, threading.BoundedSemaphore(MOST_WORKERS))
        with place:
            return execute(function, event, request_id)

    lambdas._execute_function_warm = execute_in_turn


class AsynchronousEvent(dict[str, Any]):
    """An event of an asynchronous invocation, which keeps its request id when it is retried."""

    request_id: str


def retry_under_the_same_request_id(lambdas: Any) -> None:
    """ministack gives each retry an id of its own; on AWS the id tells that it is a retry."""
    invoke: Callable[[Any, dict[str, Any]], None] = lambdas.invoke_async_with_retry
    dispatch: Callable[..., dict[str, Any]] = lambdas._execute_function_dispatch

    @functools.wraps(invoke)
    def invoke_with_one_id(function: Any, event: dict[str, Any]) -> None:
        kept = AsynchronousEvent(event)
        kept.request_id = str(uuid.uuid4())
        invoke(function, kept)

    @functools.wraps(dispatch)
    def dispatch_under_that_id(
        function: Any, config: Any, event: Any, request_id: str, started: float
    ) -> dict[str, Any]:
        if isinstance(event, AsynchronousEvent):
            request_id = event.request_id
        return dispatch(function, config, event, request_id, started)

    lambdas.invoke_async_with_retry = invoke_with_one_id
    lambdas._execute_function_dispatch = dispatch_under_that_id


def deliver_streams_as_aws_does(lambdas: Any) -> None:
    """ministack takes a batch for done when the function names a change it could not do, and a
    batch that fails it delivers for ever. This delivers from the named change on, then each change
    alone, and gives up as the mapping says: what is left goes to its OnFailure destination.
    """
    execute: Callable[..., dict[str, Any]] = lambdas._execute_function

    def mapping_of(function: Any, stream: str) -> dict[str, Any]:
        name = (function.get("config") or function)["FunctionName"]
        mappings = (mapping for _, _, mapping in lambdas._iter_all_esms())
        return next(
            m for m in mappings if (m["FunctionName"], m["EventSourceArn"]) == (name, stream)
        )

    def undone(records: list[dict[str, Any]], result: dict[str, Any]) -> list[dict[str, Any]]:
        if result.get("error"):
            return records
        body = result.get("body")
        body = json.loads(body) if isinstance(body, str) and body else body
        failures = body.get("batchItemFailures") if isinstance(body, dict) else None
        named = {one["itemIdentifier"] for one in failures or []}
        places = [n for n, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in named]
        return records[min(places) :] if places else []

    @functools.wraps(execute)
    def execute_batch(function: Any, event: dict[str, Any]) -> dict[str, Any]:
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return execute(function, event)
        result = execute(function, event)
        left = undone(records, result)
        if not left:
            return result
        mapping = mapping_of(function, records[0]["eventSourceARN"])
        attempts = int(mapping.get("MaximumRetryAttempts", STREAM_RETRIES))
        for record in left:
            for attempt in range(max(1, attempts)):
                time.sleep(min(0.05 * 2**attempt, 1))
                result = execute(function, {"Records": [record]})
                if not undone([record], result):
                    break
            else:
                lambdas._send_ddb_stream_failure_record(
                    mapping, function, [record], record["eventSourceARN"], result,
                    "RetryAttemptsExhausted",
                )  # fmt: skip
        return {"body": None}

    lambdas._execute_function = execute_batch


def forget_what_was_delivered(lambdas: Any, tables: Any) -> None:
    """ministack keeps each change of a table, both images, for a day: gigabytes after one import.

    And it keeps between two runs how far a stream was read, but not the stream, which begins anew:
    so it would not deliver the first changes of a second run.
    """
    poll: Callable[[], bool] = lambdas._poll_dynamodb_streams
    restore: Callable[[Any, Any], None] = lambdas._restore_esm_positions

    @functools.wraps(poll)
    def poll_and_forget() -> bool:
        processed = poll()
        for account, region, table in [key for key, _ in tables._stream_records.all_items()]:
            scope = {"account_id": account, "region": region}
            readers = [
                lambdas._dynamodb_stream_positions.get_scoped(owner, place, one["UUID"], 0)
                for owner, place, one in lambdas._iter_all_esms()
                if f":table/{table}/stream/" in one["EventSourceArn"]
                and (owner, place) == (account, region)
            ]
            begin = tables.stream_start_position(table, **scope)
            done = (min(readers) if readers else begin) - begin
            if done >= STREAM_RECORDS_TO_FORGET:
                del tables._stream_records.get_scoped(account, region, table)[:done]
                tables._stream_trimmed.set_scoped(account, region, table, begin + done)
        return processed

    @functools.wraps(restore)
    def restore_others(store: Any, positions: Any) -> None:
        if store is not lambdas._dynamodb_stream_positions:
            restore(store, positions)

    lambdas._poll_dynamodb_streams = poll_and_forget
    lambdas._restore_esm_positions = restore_others


def trust_whoever_works_here(evaluator: Any) -> None:
    """With IAM enforced, ministack knows two callers besides the functions' roles: test and none.

    Any made-up access key is the developer's here, as with other local AWS servers; the functions'
    own keys, which come from their roles, are held to their policies.
    """
    is_root: Callable[[str], bool] = evaluator.is_root_access_key

    @functools.wraps(is_root)
    def is_root_or_unknown(access_key_id: str) -> bool:
        sessions = import_module("ministack.services.sts")._sessions
        users = import_module("ministack.services.iam")._access_keys.to_dict()
        issued = access_key_id in sessions or any(key == access_key_id for _, key in users)
        return is_root(access_key_id) or not issued

    evaluator.is_root_access_key = is_root_or_unknown


def tell_policies_of_encryption_contexts(actions: Any) -> None:
    """ministack's IAM knows no condition on what a text is encrypted for, and so denies it."""
    context_of_tags: Callable[..., dict[str, Any]] = actions.request_tag_context

    @functools.wraps(context_of_tags)
    def with_encryption_context(
        service: str, action: str, body: bytes, *args: Any
    ) -> dict[str, Any]:
        context = context_of_tags(service, action, body, *args)
        if service != "kms":
            return context
        given: dict[str, str] = json.loads(body or b"{}").get("EncryptionContext") or {}
        named = {f"kms:EncryptionContext:{name}": value for name, value in given.items()}
        return {**context, **named}

    actions.request_tag_context = with_encryption_context


def forget_old_layers(layers: Path) -> None:
    layers.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - DAYS_TO_KEEP_A_LAYER * 24 * 3600
    for place in layers.iterdir():
        if place.stat().st_mtime < oldest:
            shutil.rmtree(place, ignore_errors=True)


def main() -> None:
    layers = Path(sys.argv.pop(1))
    forget_old_layers(layers)
    app = import_module("ministack.app")
    runtime = import_module("ministack.core.lambda_runtime")
    serve_our_own_health(app)
    import_gateway_responses(import_module("ministack.services.apigateway_v1"))
    outlive_handler_errors(runtime)
    unpack_each_layer_once(runtime, layers)
    queue_for_a_worker(import_module("ministack.services.lambda_svc"))
    retry_under_the_same_request_id(import_module("ministack.services.lambda_svc"))
    deliver_streams_as_aws_does(import_module("ministack.services.lambda_svc"))
    forget_what_was_delivered(
        import_module("ministack.services.lambda_svc"),
        import_module("ministack.services.dynamodb"),
    )
    trust_whoever_works_here(import_module("ministack.core.iam_evaluator"))
    tell_policies_of_encryption_contexts(import_module("ministack.core.iam_actions"))
    app.main()


if __name__ == "__main__":
    main()
