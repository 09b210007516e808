"""template.yaml: functions, files, routes and rights agree, and nothing is granted loosely."""

import ast
import json
import re
import subprocess
from typing import Any

import pytest

from arxos.domain.deletion import GIVEN_UP_AFTER
from arxos.domain.search_words import KINDS
from arxos.ports.orders import MAX_DELIVERIES
from scripts.local_cloud.places import ROOT, TOOLS
from tests.template.template_file import listed, resources_of, statements_of, template

READING = ("get_", "list_", "check_", "explain_", "search_")
READ_ACTION = re.compile(r"^[a-z0-9]+:(Get|BatchGet|List|Describe|Query)\w*$")
OBJECTS_OF_THE_BUCKET = re.compile(
    r"^arn:\$\{AWS::Partition\}:s3:::[^*]+/(uploads|drop|changes|reports|exports|kept|checks|lanes)/\*$"
)
MOST_RESOURCES = 350
# IAM's limit for a role; SAM adds those for logs and traces.
MOST_POLICIES = 10 - 2

TRANSFORM = """
import json, sys
from types import SimpleNamespace
from samtranslator.translator.transform import transform
managed_policies = SimpleNamespace(load=dict)
print(len(transform(json.load(sys.stdin), {}, managed_policies)["Resources"]))
"""


def resources(kind: str, file: str = "template.yaml") -> dict[str, dict[str, Any]]:
    return resources_of(template(file), kind)


def all_alarms() -> dict[str, dict[str, Any]]:
    """Those of the queues, and those over all (infra/observability.yaml)."""
    kind = "AWS::CloudWatch::Alarm"
    return resources(kind) | resources(kind, "infra/observability.yaml")


FUNCTIONS = resources("AWS::Serverless::Function")
each_function = pytest.mark.parametrize("name", FUNCTIONS)


def module(name: str) -> str:
    return str(FUNCTIONS[name]["Handler"]).removesuffix(".handler")


def routes(name: str) -> list[dict[str, Any]]:
    events = FUNCTIONS[name].get("Events", {}).values()
    return [event["Properties"] for event in events if event["Type"] == "Api"]


def is_asynchronous(name: str) -> bool:
    return any(event["Type"] != "Api" for event in FUNCTIONS[name].get("Events", {}).values())


def statements(name: str) -> list[dict[str, Any]]:
    return statements_of(template(), name)


def actions(name: str) -> list[str]:
    return [action for one in statements(name) for action in listed(one["Action"])]


def test_every_handler_file_has_its_function_and_the_other_way_round() -> None:
    files = {
        f"{file.parent.name}/{file.stem}"
        for file in (ROOT / "functions").glob("*/*.py")
        if file.name != "__init__.py"
    }
    functions = {
        f"{properties['CodeUri'].removeprefix('functions/')}{module(name)}"
        for name, properties in FUNCTIONS.items()
    }
    assert functions == files


@each_function
def test_a_function_is_named_as_its_file(name: str) -> None:
    words = re.findall(r"[A-Z][a-z0-9]*", name)
    assert words[-1] == "Function"
    assert "_".join(words[:-1]).lower() == module(name)


@each_function
def test_a_function_has_one_route_or_one_other_source(name: str) -> None:
    assert FUNCTIONS[name]["Handler"] == f"{module(name)}.handler"
    expected = 0 if name == "AuthorizeRequestFunction" else 1
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    mapped = sum(mapping["FunctionName"] == {"Ref": name} for mapping in mappings)
    assert len(FUNCTIONS[name].get("Events", {})) + mapped == expected


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if routes(name)])
def test_a_handler_says_its_route_first(name: str) -> None:
    file = ROOT / FUNCTIONS[name]["CodeUri"] / f"{module(name)}.py"
    said = (ast.get_docstring(ast.parse(file.read_text())) or "").split(": ")[0]
    (route,) = routes(name)
    assert said == f"{route['Method']} {route['Path']}"


def test_no_route_is_served_twice() -> None:
    served = [(one["Method"], one["Path"]) for name in FUNCTIONS for one in routes(name)]
    assert len(served) == len(set(served))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if module(name).startswith(READING)])
def test_a_reading_function_answers_get_and_may_only_read(name: str) -> None:
    assert [route["Method"] for route in routes(name)] == ["GET"]
    reads = {action for action in actions(name) if READ_ACTION.match(action)}
    further = {"kms:Decrypt"} if name in OPENING else set()
    if name in REPORTING:  # a report that somebody asks for is made then, and kept
        further = {"s3:PutObject"}
    assert set(actions(name)) - reads <= further


REPORTING = {"GetImportPlanFunction", "ListImportProblemsFunction"}
OPENING = {f"Get{kind}Function" for kind in ("Building", "Room", "Device")}
SEALING = {
    f"{verb}{kind}Function"
    for kind in ("Building", "Room", "Device")
    for verb in ("Create", "Update")
}


def test_only_who_sets_sensitive_fields_encrypts_and_only_who_shows_them_decrypts() -> None:
    """Each for one field of one record: the context is what binds a ciphertext to its place."""
    using: dict[str, set[str]] = {}
    for name in FUNCTIONS:
        for statement in statements(name):
            for action in listed(statement["Action"]):
                if action.startswith("kms:"):
                    using.setdefault(action, set()).add(name)
                    assert statement["Condition"]["Null"] == {
                        f"kms:EncryptionContext:{part}": "false"
                        for part in ("organization", "record", "field")
                    }

    assert using == {"kms:Encrypt": SEALING, "kms:Decrypt": OPENING}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if routes(name)])
def test_a_get_is_served_by_a_reading_function(name: str) -> None:
    (route,) = routes(name)
    assert (route["Method"] == "GET") == module(name).startswith(READING)


@each_function
def test_a_role_takes_the_policies_that_a_function_names(name: str) -> None:
    named = [policy for policy in FUNCTIONS[name].get("Policies", []) if "Ref" in policy]
    assert len(named) <= MOST_POLICIES


@each_function
def test_nothing_but_a_migration_may_scan_the_table(name: str) -> None:
    assert ("dynamodb:Scan" in actions(name)) == (name == "MigrateItemsFunction")


@each_function
def test_no_right_has_a_star_where_a_name_is_possible(name: str) -> None:
    for statement in statements(name):
        assert statement["Effect"] == "Allow"
        assert [action for action in listed(statement["Action"]) if "*" in action] == []
        for resource in listed(statement["Resource"]):
            text = resource if isinstance(resource, str) else json.dumps(resource)
            substituted = resource.get("Fn::Sub") if isinstance(resource, dict) else None
            if substituted and OBJECTS_OF_THE_BUCKET.match(substituted):
                continue
            assert "*" not in text


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if is_asynchronous(name)])
def test_an_asynchronous_function_has_a_watched_place_for_what_failed(name: str) -> None:
    config = FUNCTIONS[name]["EventInvokeConfig"]
    assert config["MaximumRetryAttempts"] <= 2
    destination = config["DestinationConfig"]["OnFailure"]
    assert destination["Type"] == "SQS"
    assert_watched(destination["Destination"])


def assert_watched(arn: dict[str, str]) -> None:
    """That somebody is alarmed of the first message in this dead-letter queue."""
    queue = arn["Fn::GetAtt"].removesuffix(".Arn")
    assert queue in resources("AWS::SQS::Queue")
    alarms = [
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and alarm["Dimensions"]
        == [{"Name": "QueueName", "Value": {"Fn::GetAtt": f"{queue}.QueueName"}}]
    ]
    assert [(alarm["Threshold"], alarm["ComparisonOperator"]) for alarm in alarms] == [
        (0, "GreaterThanThreshold")
    ]


STARTED_BY_FILES = [name for name in FUNCTIONS if is_asynchronous(name)]


@pytest.mark.parametrize("name", STARTED_BY_FILES)
def test_many_files_at_once_can_be_kept_from_taking_all_there_is(name: str) -> None:
    """By a parameter that is off by default: a new account has too little to reserve anything."""
    assert FUNCTIONS[name]["ReservedConcurrentExecutions"] == {
        "Fn::If": ["ReservesForFiles", {"Ref": "FileConcurrency"}, {"Ref": "AWS::NoValue"}]
    }
    assert template()["Parameters"]["FileConcurrency"]["Default"] == 0


@pytest.mark.parametrize("name", all_alarms())
def test_an_alarm_rings_somewhere_and_watches_something_of_this_stack(name: str) -> None:
    alarm = all_alarms()[name]
    assert alarm["AlarmActions"] in (
        [{"Ref": "AlarmTopicArn"}],
        [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AlarmTopic"}]}],
    )
    assert alarm["Dimensions"], "without one it would ring for other applications of the account"
    assert alarm["TreatMissingData"] == "notBreaching"


def dashboard() -> dict[str, Any]:
    body = template("infra/observability.yaml")["Resources"]["Dashboard"]["Properties"]
    text = body["DashboardBody"]["Fn::Sub"][0]
    shown: dict[str, Any] = json.loads(re.sub(r"\$\{!?[\w:]+\}", "x", text))
    return shown


def test_the_dashboard_is_json_and_no_widget_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for widget in dashboard()["widgets"]:
        x, y = widget["x"], widget["y"]
        area = {(x + i, y + j) for i in range(widget["width"]) for j in range(widget["height"])}
        assert not area & taken, widget["properties"]["title"]
        taken |= area


def test_the_dashboard_shows_every_dead_letter_queue() -> None:
    queues = [name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetterQueue")]
    parameters = resources("AWS::Serverless::Application")["Observability"]["Parameters"]
    given = [one["Fn::GetAtt"] for one in parameters["DeadLetterQueueNames"]["Fn::Join"][1]]
    assert sorted(given) == sorted(f"{name}.QueueName" for name in queues)
    (widget,) = [w for w in dashboard()["widgets"] if w["properties"]["title"] == "Dead letters"]
    assert len(widget["properties"]["metrics"]) == len(queues)


def test_changes_of_records_alone_reach_the_search_words_and_none_is_lost_unseen() -> None:
    mapping = resources("AWS::Lambda::EventSourceMapping")["RecordChanges"]
    filters = [json.loads(one["Pattern"]) for one in mapping["FilterCriteria"]["Filters"]]

    assert mapping["FunctionName"] == {"Ref": "IndexRecordsFunction"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": "Data.Outputs.TableStreamArn"}
    kinds = {"kind": {"S": [str(kind) for kind in KINDS]}}
    assert filters == [
        {"dynamodb": {"NewImage": kinds}},
        {"eventName": ["REMOVE"], "dynamodb": {"OldImage": kinds}},
    ]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 20
    assert_watched(mapping["DestinationConfig"]["OnFailure"]["Destination"])
    assert sorted(actions("IndexRecordsFunction")) == [
        "dynamodb:BatchWriteItem",
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "sqs:SendMessage",
    ]


QUEUES = {f"{name}.Arn": properties for name, properties in resources("AWS::SQS::Queue").items()}
FROM_QUEUES = {
    name: mapping
    for name, mapping in resources("AWS::Lambda::EventSourceMapping").items()
    if mapping["EventSourceArn"].get("Fn::GetAtt") in QUEUES
}


@pytest.mark.parametrize("name", FROM_QUEUES)
def test_what_a_queues_function_cannot_do_comes_back_and_at_last_is_watched(name: str) -> None:
    mapping = FROM_QUEUES[name]
    function = FUNCTIONS[mapping["FunctionName"]["Ref"]]
    queue = QUEUES[mapping["EventSourceArn"]["Fn::GetAtt"]]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 10, "a burst waits in the queue"
    assert queue["VisibilityTimeout"] > function["Timeout"]
    assert_watched(queue["RedrivePolicy"]["deadLetterTargetArn"])


def test_a_deletion_is_given_up_only_after_its_last_delivery() -> None:
    queue = resources("AWS::SQS::Queue")["DeletionQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == MAX_DELIVERIES
    assert GIVEN_UP_AFTER.total_seconds() > MAX_DELIVERIES * queue["VisibilityTimeout"]


def test_every_route_but_the_public_ones_asks_who_is_calling() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    authorizer = api["Auth"]["Authorizers"][api["Auth"]["DefaultAuthorizer"]]
    alias = template()["Resources"]["AuthorizerAlias"]["Properties"]
    assert authorizer["FunctionArn"] == {
        "Fn::If": [
            "PublishesAuthorizer",
            {"Ref": "AuthorizerAlias"},
            {"Fn::GetAtt": "AuthorizeRequestFunction.Arn"},
        ]
    }
    assert alias["FunctionName"] == {"Ref": "AuthorizeRequestFunction"}
    excepted = {
        one["Path"]
        for name in FUNCTIONS
        for one in routes(name)
        if one.get("Auth") or one["RestApiId"] != {"Ref": "Api"}
    }
    assert excepted == {"/health", "/metrics", "/openapi.json", "/docs"}


GATEWAY_RESPONSES = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]


@pytest.mark.parametrize("kind", GATEWAY_RESPONSES)
def test_what_the_gateway_answers_by_itself_has_our_shape(kind: str) -> None:
    response = GATEWAY_RESPONSES[kind]
    headers = response["ResponseParameters"]["Headers"]
    assert headers["X-Request-Id"] == "context.requestId"
    assert headers["Access-Control-Allow-Origin"] == "'*'", "a web page could not read it"
    body = json.loads(response["ResponseTemplates"]["application/json"])
    assert body["success"] is False
    assert body["error"].keys() == {"code", "message", "details", "request_id", "timestamp"}
    assert body["error"]["request_id"] == "$context.requestId"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("UNAUTHORIZED", 401, "UNAUTHENTICATED"),
        ("ACCESS_DENIED", 403, "FORBIDDEN"),
        ("MISSING_AUTHENTICATION_TOKEN", 404, "NOT_FOUND"),
        ("REQUEST_TOO_LARGE", 413, "PAYLOAD_TOO_LARGE"),
        ("UNSUPPORTED_MEDIA_TYPE", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("THROTTLED", 429, "TOO_MANY_REQUESTS"),
        ("DEFAULT_5XX", 500, "INTERNAL_ERROR"),
        ("AUTHORIZER_FAILURE", 503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_the_gateway_uses_the_contracts_statuses_and_codes(
    kind: str, status: int, code: str
) -> None:
    response = GATEWAY_RESPONSES[kind]
    assert response["StatusCode"] == status
    assert json.loads(response["ResponseTemplates"]["application/json"])["error"]["code"] == code


def packaged() -> dict[str, Any]:
    """The template as `sam package` would leave it: with addresses in place of folders."""
    copied: dict[str, Any] = json.loads(json.dumps(template()))
    for resource in copied["Resources"].values():
        for key in ("CodeUri", "ContentUri", "Location"):
            if key in resource["Properties"]:
                resource["Properties"][key] = f"s3://bucket/{key}"
    return copied


def test_the_stack_stays_far_from_cloudformations_limit() -> None:
    python = TOOLS / "ministack" / "bin" / "python"
    assert python.exists(), "make setup installs what transforms the template"
    environment = {"AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [python, "-W", "ignore", "-c", TRANSFORM],
        cwd=ROOT,
        env=environment,
        input=json.dumps(packaged()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 0 < int(done.stdout) < MOST_RESOURCES
