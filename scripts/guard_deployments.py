"""CloudFormation watches alarms while it deploys and ten minutes longer, and goes back on one.

Run by `make deploy` after each deployment; what it sets holds for the next ones. CloudFormation
takes at most five alarms (RollbackConfiguration).
"""

import argparse
import sys
from typing import Any

import boto3

WATCHED = (
    "ServerErrorsAlarm",
    "GatewayErrorsAlarm",
    "SlowAnswersAlarm",
    "AuthorizerErrorsAlarm",
    "FunctionsThrottledAlarm",
)
MINUTES = 10


def guard(stack: str, cloudformation: Any, cloudwatch: Any) -> bool:
    """Set the alarms; False when they are set already."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    nested = cloudformation.describe_stack_resource(
        StackName=stack, LogicalResourceId="Observability"
    )["StackResourceDetail"]["PhysicalResourceId"]
    names = [
        cloudformation.describe_stack_resource(StackName=nested, LogicalResourceId=alarm)[
            "StackResourceDetail"
        ]["PhysicalResourceId"]
        for alarm in WATCHED
    ]
    alarms = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    wanted = {
        "RollbackTriggers": sorted(
            ({"Arn": alarm["AlarmArn"], "Type": "AWS::CloudWatch::Alarm"} for alarm in alarms),
            key=lambda trigger: trigger["Arn"],
        ),
        "MonitoringTimeInMinutes": MINUTES,
    }
    if described.get("RollbackConfiguration") == wanted:
        return False
    cloudformation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True}
            for one in described.get("Parameters", [])
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        RollbackConfiguration=wanted,
    )
    return True


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="guard_deployments")
    parser.add_argument("stack", help="such as arxos-staging")
    stack = parser.parse_args(arguments).stack
    is_new = guard(stack, boto3.client("cloudformation"), boto3.client("cloudwatch"))
    print(
        f"{stack} goes back by itself when one of {len(WATCHED)} alarms rings"
        + (", from the next deployment on." if is_new else ".")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
