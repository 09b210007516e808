"""The comparison itself: a role that lacks a right, or has one too many, is found."""

from copy import deepcopy
from typing import Any

import boto3
import pytest

from arxos.entrypoints.http import Request, Response, http_handler
from tests.dynamodb_table import REGION
from tests.gateway_events import LambdaContext, api_event
from tests.roles.plugin import RolesPlugin
from tests.roles.recording import rights
from tests.roles.roles import REASONED, Roles
from tests.template.template_file import Template, template

GET, LIST = "dynamodb:GetItem table", "dynamodb:Query table"


@pytest.fixture
def changed() -> Template:
    """A template to spoil."""
    return deepcopy(template())


def policies(template: Template, function: str) -> list[Any]:
    found: list[Any] = template["Resources"][function]["Properties"]["Policies"]
    return found


def all_allowed(roles: Roles) -> dict[str, set[str]]:
    """Recordings in which every function has used all that it may, but exceptions."""
    variables = {"ImportQueue": "IMPORT_QUEUE_URL", "DeletionQueue": "DELETION_QUEUE_URL"}
    return {
        use_case: {
            f"{action} {variables.get(place, place)}"
            for action, _, place in (
                right.partition(" ")
                for right in roles.allowed(function)
                if (function, right) not in REASONED
            )
        }
        for use_case, function in roles.by_use_case.items()
    }


def test_every_role_has_what_lambda_and_idempotency_keys_need() -> None:
    assert Roles(template()).missing() == []


@pytest.mark.parametrize(
    ("function", "right"),
    [
        ("BuildExportFunction", "s3:PutObject exports/*"),
        ("StartImportFunction", "dynamodb:ConditionCheckItem table"),
        ("ListRoomChangesFunction", "s3:GetObject changes/*"),
        ("DeactivateUserFunction", "cognito-idp:AdminDisableUser pool"),
        ("ListDevicesFunction", "dynamodb:Query index/GSI2"),
        ("DeleteTreeFunction", "s3:ListBucket kept/*"),
        ("ApplyImportFunction", "sqs:SendMessage IMPORT_QUEUE_URL"),
    ],
)
def test_a_right_that_code_uses_and_its_role_lacks_is_named(
    function: str, right: str, changed: Template
) -> None:
    (use_case,) = (u for u, named in Roles(changed).by_use_case.items() if named == function)
    assert Roles(changed).refused({use_case: {right}}) == []

    changed["Resources"][function]["Properties"]["Policies"] = []

    (sentence,) = Roles(changed).refused({use_case: {right}})
    assert function in sentence
    assert right.partition(" ")[0] in sentence


def test_a_queue_that_no_variable_of_the_function_names_is_refused(changed: Template) -> None:
    del changed["Resources"]["OrderApplyFunction"]["Properties"]["Environment"]

    used = {"order_apply": {"sqs:SendMessage IMPORT_QUEUE_URL"}}
    assert "IMPORT_QUEUE_URL" in Roles(changed).refused(used)[0]


def test_a_right_that_nothing_uses_is_named(changed: Template) -> None:
    used = all_allowed(Roles(changed))
    assert Roles(changed).unneeded(used) == []

    policies(changed, "ChangeRoomStatusFunction").append({"Ref": "OrderDeletionsPolicy"})
    policies(changed, "GetMeFunction").append({"Ref": "QueryGSI1Policy"})

    assert [sentence.split(":")[0] for sentence in Roles(changed).unneeded(used)] == [
        "ChangeRoomStatusFunction may use sqs",
        "GetMeFunction may use dynamodb",
    ]


def test_another_action_in_place_of_the_one_that_is_used_is_wrong_both_ways(
    changed: Template,
) -> None:
    used = all_allowed(Roles(changed))
    (statement,) = policies(changed, "DeactivateUserFunction")[-1]["Statement"]
    statement["Action"] = ["cognito-idp:AdminUserGlobalSignOut", "cognito-idp:AdminDeleteUser"]

    assert "AdminDisableUser" in Roles(changed).refused(used)[0]
    assert "AdminDeleteUser" in Roles(changed).unneeded(used)[0]


def test_an_exception_that_is_none_any_more_is_named() -> None:
    roles = Roles(template())
    function, right = next(iter(REASONED))
    (use_case,) = (u for u, named in roles.by_use_case.items() if named == function)
    used = all_allowed(roles)
    used[use_case] |= {right}

    (sentence,) = roles.unneeded(used)
    assert sentence.startswith(f"{function} needs no exception")


def test_a_function_that_no_test_calls_is_named() -> None:
    roles = Roles(template())
    used = all_allowed(roles)
    del used["get_me"]

    assert roles.unneeded(used) == [
        "GetMeFunction is called by no test: what it needs is not known."
    ]


def test_a_transaction_needs_the_rights_of_what_is_in_it() -> None:
    items: list[Any] = [{"Put": {}}, {"ConditionCheck": {}}, {"Delete": {}}]
    assert rights("dynamodb", "TransactWriteItems", {"TransactItems": items}) == {
        "dynamodb:PutItem table",
        "dynamodb:ConditionCheckItem table",
        "dynamodb:DeleteItem table",
    }


def test_a_copy_needs_to_read_the_one_and_to_write_the_other() -> None:
    copied = {"Key": "uploads/a", "CopySource": {"Bucket": "b", "Key": "drop/a"}}
    assert rights("s3", "CopyObject", copied) == {"s3:PutObject uploads/*", "s3:GetObject drop/*"}


def test_what_is_called_and_what_is_signed_is_recorded_within_a_handler_only(
    moto_table: str, request: pytest.FixtureRequest
) -> None:
    plugin = request.config.pluginmanager.get_plugin("roles")
    assert isinstance(plugin, RolesPlugin)
    used = plugin.recording.used
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    s3 = boto3.client("s3", region_name=REGION)

    def read() -> None:
        key = {"PK": {"S": "a"}, "SK": {"S": "b"}}
        dynamodb.get_item(TableName=moto_table, Key=key)

    def call(_: Request) -> Response:
        read()
        s3.generate_presigned_post("bucket", "uploads/a.ifc")
        s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "exports/a.csv"})
        return Response({})

    read()
    assert used == {}
    answer = http_handler(public=True)(call)(api_event(), LambdaContext())
    read()

    assert answer["statusCode"] == 200
    assert used == {
        "test_roles": {GET, "s3:PutObject uploads/*", "s3:GetObject exports/*"},
    }
