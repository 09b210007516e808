"""What each function's role allows, and what of it is needed, by template.yaml and the handlers."""

import ast
import re
from collections.abc import Mapping, Set
from typing import Any

from scripts.local_cloud.places import ROOT
from tests.roles.recording import Right
from tests.template.template_file import Template, listed, resources_of, statements_of

TABLE = "Data.Outputs.TableArn"
# What a right is used on, by the output of a nested stack that names it.
_OUTPUTS = {
    TABLE: "table",
    "Data.Outputs.TableStreamArn": "stream",
    "Data.Outputs.SensitiveKeyArn": "key",
    "Identity.Outputs.UserPoolArn": "pool",
}
_BUCKET = re.compile(
    r"arn:\$\{AWS::Partition\}:s3:::"
    r"arxos-\$\{Stage\}-uploads-\$\{AWS::AccountId\}-\$\{AWS::Region\}(?:/(?P<objects>.+))?"
)

# Lambda itself reads a function's queue or stream, with the function's role.
FROM_A_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
FROM_A_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
# An answer to an Idempotency-Key is claimed, read, kept, and let go when it failed (row A1); what
# is refused looks whether it was done before under its key (row A3). Not every POST is tested with
# a key: it is the same code for all of them (tests/functions/test_idempotency.py).
FOR_ANSWERS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")

# Rights that no call shows, each with its reason.
REASONED: Mapping[tuple[str, Right], str] = {
    ("TakeDropFunction", "s3:ListBucket bucket"): (
        "S3 answers 403, not 404, for a drop that has vanished to whoever may not list the bucket"
        " (with a condition on s3:prefix too), and the event would be tried again in vain."
    ),
    ("DeleteBuildingFunction", "dynamodb:Query index/GSI1"): (
        "All devices go before all rooms; a room that still counts some is looked into by its own"
        " index, and only a race leads there (use_cases/tree_removal.py)."
    ),
}


class Roles:
    """The roles that a template gives its functions."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._functions = resources_of(template, "AWS::Serverless::Function")
        self.by_use_case = {
            properties["Handler"].removesuffix(".handler"): name
            for name, properties in self._functions.items()
        }

    def allowed(self, function: str) -> set[Right]:
        """All that the function's policies allow."""
        return {
            right
            for statement in statements_of(self._template, function)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
            for right in _rights(action, resource, statement.get("Condition", {}))
        }

    def refused(self, used: Mapping[str, Set[Right]]) -> list[str]:
        """A sentence for each right that a use case has used and its role does not give.

        Use cases that are no function's are those of handlers that a test made for itself.
        """
        return [
            f"{function} used {right}: its role in template.yaml does not allow that."
            for use_case, rights in sorted(used.items())
            if (function := self.by_use_case.get(use_case)) is not None
            for right in sorted(self._named(function, rights) - self._covered(function))
        ]

    def unneeded(self, used: Mapping[str, Set[Right]]) -> list[str]:
        """A sentence for each right that a role gives and nothing needs.

        And for each exception that is none: it would hide a right that is too much.
        """
        wrong = []
        for use_case, function in sorted(self.by_use_case.items()):
            if use_case not in used:
                wrong.append(f"{function} is called by no test: what it needs is not known.")
                continue
            needed = self._named(function, used[use_case]) | self._explained(function)
            wrong += [
                f"{function} may use {right}: no test shows that it does. Take it out of"
                " template.yaml, or test what needs it."
                for right in sorted(self.allowed(function) - needed)
            ]
        wrong += [
            f"{function} needs no exception for {right} in tests/roles/roles.py: it is"
            f" {'used' if right in used.get(self._use_case(function), ()) else 'not allowed'}."
            for function, right in REASONED
            if right in used.get(self._use_case(function), ())
            or right not in self.allowed(function)
        ]
        return wrong

    def missing(self) -> list[str]:
        """A sentence for each right that Lambda or an Idempotency-Key needs and a role lacks."""
        return [
            f"{function} needs {right}: its role in template.yaml does not allow that."
            for function in self._functions
            for right in sorted(self._explained(function) - self.allowed(function))
        ]

    def _covered(self, function: str) -> set[Right]:
        allowed = self.allowed(function)
        if "s3:ListBucket bucket" in allowed:
            allowed |= {f"s3:ListBucket {folder}/*" for folder in _FOLDERS}
        return allowed

    def _explained(self, function: str) -> set[Right]:
        """What a function needs beside what its own code calls."""
        found = {right for of, right in REASONED if of == function}
        if self._keeps_answers(function):
            found |= {f"dynamodb:{action} table" for action in FOR_ANSWERS}
        for mapping in resources_of(self._template, "AWS::Lambda::EventSourceMapping").values():
            if mapping["FunctionName"] != {"Ref": function}:
                continue
            (source,) = _places(mapping["EventSourceArn"])
            found |= {
                f"{action} {source}"
                for action in (FROM_A_STREAM if source == "stream" else FROM_A_QUEUE)
            }
            failed = mapping.get("DestinationConfig", {}).get("OnFailure")
            if failed is not None:
                found |= {f"sqs:SendMessage {place}" for place in _places(failed["Destination"])}
        return found

    def _keeps_answers(self, function: str) -> bool:
        """Whether its handler is made with `answers`."""
        properties = self._functions[function]
        file = ROOT / properties["CodeUri"] / f"{self._use_case(function)}.py"
        return any(
            isinstance(node, ast.keyword) and node.arg == "answers"
            for node in ast.walk(ast.parse(file.read_text()))
        )

    def _use_case(self, function: str) -> str:
        return str(self._functions[function]["Handler"]).removesuffix(".handler")

    def _named(self, function: str, rights: Set[Right]) -> set[Right]:
        """A queue by its name in the template; by its variable still, if the function has none."""
        variables = self._functions[function].get("Environment", {}).get("Variables", {})
        found = set()
        for right in rights:
            action, _, place = right.partition(" ")
            queue = variables.get(place, {}).get("Ref", place)
            found.add(f"{action} {queue}")
        return found


_FOLDERS = ("uploads", "drop", "changes", "reports", "exports", "kept", "checks")


def _rights(action: str, resource: Any, condition: Mapping[str, Any]) -> set[Right]:
    if action == "s3:ListBucket":
        prefixes = condition.get("StringLike", {}).get("s3:prefix", "bucket")
        return {f"{action} {prefix}" for prefix in listed(prefixes)}
    return {f"{action} {place}" for place in _places(resource)}


def _places(resource: Any) -> set[str]:
    """What a statement's resource is, in the words of recorded rights."""
    name = resource.get("Fn::GetAtt")
    if name is not None:
        return {_OUTPUTS.get(name, name.removesuffix(".Arn"))}
    text = resource["Fn::Sub"]
    if text.startswith(f"${{{TABLE}}}/"):
        return {text.partition("/")[2]}
    match = _BUCKET.fullmatch(text)
    assert match is not None, f"no test knows what {text} is"
    return {match["objects"] or "bucket"}
