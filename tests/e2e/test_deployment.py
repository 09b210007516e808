"""What was deployed is what the templates say, and the smoke test finds it working."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import smoke
from tests.template.test_template import FUNCTIONS, all_alarms, resources, routes

pytestmark = pytest.mark.e2e


def client(cloud: dict[str, Any], service: Any) -> Any:
    return boto3.client(
        service,
        region_name=cloud["region"],
        endpoint_url=cloud["endpoint_url"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def listed(cloud: dict[str, Any], service: str, operation: str, key: str, **of: Any) -> list[Any]:
    with closing(client(cloud, service)) as asked:
        pages = asked.get_paginator(operation).paginate(**of)
        return [one for page in pages for one in page.get(key, [])]


def test_every_route_function_queue_and_alarm_of_the_templates_was_deployed(
    cloud: dict[str, Any],
) -> None:
    apis = listed(cloud, "apigateway", "get_rest_apis", "items")
    (api,) = [one for one in apis if one["name"] == "arxos-local"]
    paths = listed(cloud, "apigateway", "get_resources", "items", restApiId=api["id"])
    served = {
        (method, path["path"])
        for path in paths
        for method in path.get("resourceMethods", {})
        if method != "OPTIONS"
    }
    functions = listed(cloud, "lambda", "list_functions", "Functions")
    queues = listed(cloud, "sqs", "list_queues", "QueueUrls")
    alarms = listed(cloud, "cloudwatch", "describe_alarms", "MetricAlarms")

    assert served == {(one["Method"], one["Path"]) for name in FUNCTIONS for one in routes(name)}
    assert len(functions) == len(FUNCTIONS)
    assert len(queues) == len(resources("AWS::SQS::Queue"))
    assert len(alarms) == len(all_alarms())


def test_the_smoke_test_signs_in_by_srp_and_passes(
    cloud: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(cloud))
    status = smoke.main(["--outputs", str(file)])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert "makes, finds and removes a building" in said.out
