"""Alarms that take a deployment back, set once."""

from typing import Any

from scripts.guard_deployments import MINUTES, WATCHED, guard


class CloudFormation:
    def __init__(self) -> None:
        self.configuration: dict[str, Any] | None = None
        self.updates: list[dict[str, Any]] = []
        self.waited = 0

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        stack: dict[str, Any] = {"Parameters": [{"ParameterKey": "Stage", "ParameterValue": "x"}]}
        if self.configuration is not None:
            stack["RollbackConfiguration"] = self.configuration
        return {"Stacks": [stack]}

    def describe_stack_resource(self, **asked: str) -> dict[str, Any]:
        name = f"{asked['StackName']}/{asked['LogicalResourceId']}"
        return {"StackResourceDetail": {"PhysicalResourceId": name}}

    def update_stack(self, **update: Any) -> None:
        self.updates.append(update)
        self.configuration = update["RollbackConfiguration"]

    def get_waiter(self, name: str) -> "CloudFormation":
        assert name == "stack_update_complete"
        return self

    def wait(self, **waiting: Any) -> None:
        self.waited += 1


class CloudWatch:
    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:  # noqa: N803  AWS's name
        return {"MetricAlarms": [{"AlarmArn": f"arn:{name}"} for name in AlarmNames]}


def test_the_alarms_are_set_once_and_nothing_else_changes() -> None:
    stack = CloudFormation()
    assert guard("arxos-staging", stack, CloudWatch())
    assert not guard("arxos-staging", stack, CloudWatch())
    (update,) = stack.updates
    assert stack.waited == 1, "the stack must stand still for what comes next"
    assert update["UsePreviousTemplate"]
    assert update["Parameters"] == [{"ParameterKey": "Stage", "UsePreviousValue": True}]
    triggers = update["RollbackConfiguration"]["RollbackTriggers"]
    nested = "arn:arxos-staging/Observability/"
    assert {t["Arn"] for t in triggers} == {f"{nested}{alarm}" for alarm in WATCHED}
    assert update["RollbackConfiguration"]["MonitoringTimeInMinutes"] == MINUTES
