"""CloudFormation watches alarms while it deploys and ten minutes longer, and goes back on one.

Run by `make deploy` after each deployment; what it sets holds for the next ones. CloudFormation
takes at most five alarms (RollbackConfiguration).
"""

import argparse
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.stages import Unready, stage_named

# Not FunctionsThrottledAlarm: other applications of the account may use up what all share.
WATCHED = (
    "ServerErrorsAlarm",
    "GatewayErrorsAlarm",
    "SlowAnswersAlarm",
    "AuthorizerErrorsAlarm",
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
    # Whoever comes next, the smoke test or its way back, needs a stack that stands still.
    cloudformation.get_waiter("stack_update_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 15, "MaxAttempts": 120}
    )
    return True


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="guard_deployments")
    parser.add_argument("stage", help="as in samconfig.toml: staging, production")
    name = parser.parse_args(arguments).stage
    try:
        stage = stage_named(name)
        is_new = guard(stage.stack, stage.client("cloudformation"), stage.client("cloudwatch"))
    except (BotoCoreError, ClientError, Unready) as failed:
        print(f"The alarms that take back a deployment are not set: {failed}", file=sys.stderr)
        return 1
    print(
        f"{stage.stack} goes back by itself when one of {len(WATCHED)} alarms rings"
        + (", from the next deployment on." if is_new else ".")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
