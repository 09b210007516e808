"""What a handler's source says of its operation: rights, query, body, answers.

Handlers are regular (docs/adding-a-use-case.md), so their syntax tree tells all of it. What is not
understood ends the generation with a sentence: a description must never be a guess.
"""

import ast
import dataclasses
import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any

from arxos.domain.permissions import Permission
from arxos.entrypoints.bodies import Body
from arxos.entrypoints.query_parameters import asked_for
from arxos.entrypoints.schemas import MODELS
from arxos.entrypoints.schemas.fields import id_pattern
from scripts.openapi.routes import Route

Schema = dict[str, Any]
# Any other part of the document.
Json = dict[str, Any]


class NotUnderstood(Exception):
    """A handler is written in a way that this program does not know."""


@dataclass(frozen=True)
class Answer:
    """One way to succeed. `data` is what the envelope holds; None: a document without one."""

    status: int
    data: Schema | None
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"


@dataclass(frozen=True)
class Operation:
    """All that a route and its handler say."""

    route: Route
    summary: str
    description: str
    public: bool
    permission: Permission | None
    keeps_answers: bool
    body: type[Body] | None
    query: dict[str, Schema]
    required_query: frozenset[str]
    reads_query: bool
    paged: bool
    if_match: bool
    may_conflict: bool
    answers: tuple[Answer, ...] = field(default=())


def ref(name: str) -> Schema:
    """A schema of the document's own."""
    return {"$ref": f"#/components/schemas/{name}"}


def listing(item: Schema) -> Schema:
    """What a list answers."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Leads to the next part of the list; null: this is the last.",
            },
        },
        "required": ["items", "next_cursor"],
        "additionalProperties": False,
    }


def fixed(properties: dict[str, Schema]) -> Schema:
    """An object with just these fields."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read(route: Route) -> Operation:
    """The operation of a route. Raises NotUnderstood."""
    return _Reader(route).operation()


class _Reader:
    def __init__(self, route: Route) -> None:
        self.route = route
        self.tree = ast.parse(route.file.read_text())
        try:
            self.module: ModuleType = importlib.import_module(route.module)
        except ImportError as error:
            raise self._fault(self.tree, f"cannot be imported ({error})") from error
        handlers = [
            node
            for node in self.tree.body
            if isinstance(node, ast.FunctionDef) and node.name == "handler"
        ]
        if len(handlers) != 1:
            raise self._fault(self.tree, "has no function named handler")
        self.handler = handlers[0]

    def operation(self) -> Operation:
        said, _, description = (ast.get_docstring(self.tree) or "").partition("\n")
        summary = said.partition(": ")[2].rstrip(".")
        if not summary:
            raise self._fault(self.tree, "has no docstring 'METHOD /path: sentence'")
        decorator = self._decorator()
        queries = list(self._calls("query", of="request"))
        names = [name for call in queries for node in call.args for name in self._names(node)]
        names += [n for helper in self._query_helpers() for n in helper]
        conditions = self._conditions()
        query = {name: self._query_schema(name) for name in dict.fromkeys(names)}
        public = self._flag(decorator.get("public"))
        return Operation(
            route=self.route,
            summary=summary[0].upper() + summary[1:],
            description=" ".join(description.split()),
            public=public,
            permission=self._permission(decorator.get("requires")),
            keeps_answers="answers" in decorator,
            body=self._body(),
            query=query | {name: _text_schema(may) for name, may in conditions.items()},
            required_query=frozenset(self._required(names)),
            # `http_handler` refuses what none of them asks for.
            reads_query=bool(queries or conditions) or not public,
            paged=bool(conditions)
            or any(self._flag(k.value) for q in queries for k in q.keywords if k.arg == "paged"),
            if_match=any(True for _ in self._calls("if_match", of="request")),
            may_conflict=self._may_conflict(),
            answers=self._answers(),
        )

    # ---- What stands around the function ------------------------------------------------------

    def _decorator(self) -> dict[str, ast.expr]:
        for decorator in self.handler.decorator_list:
            if isinstance(decorator, ast.Call) and _called(decorator) == "http_handler":
                return {k.arg: k.value for k in decorator.keywords if k.arg}
        raise self._fault(self.handler, "is not decorated with http_handler(…)")

    def _permission(self, node: ast.expr | None) -> Permission | None:
        value = None if node is None else self._value(node)
        if value is not None and not isinstance(value, Permission):
            raise self._fault(node, "requires something that is no permission")
        return value

    # ---- What it asks of the request ----------------------------------------------------------

    def _calls(self, name: str, *, of: str | None = None) -> Iterator[ast.Call]:
        for node in ast.walk(self.handler):
            if isinstance(node, ast.Call) and _called(node) == name:
                owner = node.func.value if isinstance(node.func, ast.Attribute) else None
                if (owner.id if isinstance(owner, ast.Name) else None) == of:
                    yield node

    def _conditions(self) -> dict[str, type[StrEnum] | None]:
        """`request.where(Filter)` asks for all that the filter knows, and for a page."""
        filters = [self._value(call.args[0]) for call in self._calls("where", of="request")]
        return {name: may for one in filters for name, may in asked_for(one).items()}

    def _query_helpers(self) -> Iterator[list[str]]:
        """`request.flag("cascade")` and the like ask for a parameter and judge it at once."""
        for name in _JUDGED:
            for call in self._calls(name, of="request"):
                yield [self._text(call.args[0])]

    def _body(self) -> type[Body] | None:
        models = [self._value(call.args[0]) for call in self._calls("body", of="request")]
        if not models:
            return None
        if len(models) > 1 or not issubclass(models[0], Body):
            raise self._fault(self.handler, "reads more than one body, or one that has no model")
        model: type[Body] = models[0]
        return model

    def _uses(self, name: str) -> Iterator[ast.expr]:
        """`query.get("name")`, `query["name"]`."""
        for node in ast.walk(self.handler):
            if (
                isinstance(node, ast.Call)
                and _called(node) == "get"
                and node.args
                and _is_text(node.args[0], name)
            ) or (isinstance(node, ast.Subscript) and _is_text(node.slice, name)):
                yield node

    def _required(self, names: list[str]) -> Iterator[str]:
        """Those read as `query["name"]`, or as `query.get("name", "")`: empty is no value."""
        for name in names:
            for use in self._uses(name):
                if isinstance(use, ast.Subscript) or _is_text(_last_argument(use), ""):
                    yield name

    def _query_schema(self, name: str) -> Schema:
        """What judges the parameter in the handler tells its type; without, it is a text."""
        uses = {ast.dump(use) for use in self._uses(name)}
        for node in ast.walk(self.handler):
            if not isinstance(node, ast.Call):
                continue
            judge = _called(node)
            judged = any(ast.dump(a) in uses for a in node.args)
            if judged and judge == "choice":
                choices: type[StrEnum] = self._value(node.args[2])
                return _text_schema(choices)
            if (
                judge in _JUDGED
                and node.args
                and (judged or any(_is_text(a, name) for a in node.args))
            ):
                return dict(_JUDGED[judge])
        return {"type": "string"}

    def _may_conflict(self) -> bool:
        """All but GETs may; of these, those whose use case says that it raises Conflict."""
        called = (
            getattr(self.module, node.func.id, None)
            for node in ast.walk(self.handler)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        )
        said = [inspect.getdoc(function) or "" for function in called if function is not None]
        return self.route.method != "GET" or any("Conflict" in text for text in said)

    # ---- What it answers ----------------------------------------------------------------------

    def _answers(self) -> tuple[Answer, ...]:
        found: dict[int, list[Answer]] = {}
        returns = [node for node in ast.walk(self.handler) if isinstance(node, ast.Return)]
        for node in sorted(returns, key=lambda node: node.lineno):
            if node.value is not None:
                for answer in self._answers_of(node.value):
                    found.setdefault(answer.status, []).append(answer)
        if not found:
            raise self._fault(self.handler, "returns nothing")
        return tuple(_together(answers) for _, answers in sorted(found.items()))

    def _answers_of(self, node: ast.expr) -> Iterator[Answer]:
        for branch in _branches(node):
            call = self._assigned(branch)
            if isinstance(call, ast.Call) and _called(call) == "deleted":
                handled = self._text(call.args[0])
                target = {f"{handled}_id": _id_schema(handled)}
                yield Answer(200, fixed({**target, "deleted": {"const": True}}))
                parts = {
                    "deletion_id": _id_schema("deletion"),
                    "deletion": self._shown_by(call.args[3]),
                    **target,
                    "deleted": {"const": False},
                }
                yield Answer(202, fixed(parts), ("Location",))
            else:
                yield self._answer(branch)

    def _answer(self, node: ast.expr) -> Answer:
        node = self._assigned(node)
        if not isinstance(node, ast.Call):
            raise self._fault(node, "returns something that is no call")
        match _called(node):
            case "shown":
                return Answer(200, self._shape(node.args[0]), ("ETag",))
            case "removed":
                kind = self._text(node.args[0])
                data = fixed({f"{kind}_id": _id_schema(kind), "deleted": {"const": True}})
                return Answer(200, data)
            case "listed":
                return Answer(200, self._listed(node))
            case "accepted":
                return Answer(202, self._shape(node.args[0]))
            case "see_other":
                url = {"type": "string", "format": "uri"}
                return Answer(303, fixed({"download_url": url}), ("Location",))
            case "created":
                kind = self._text(node.args[0])
                parts = {f"{kind}_id": _id_schema(kind), kind: self._shape(node.args[1])}
                parts |= {k.arg: self._shape(k.value) for k in node.keywords if k.arg}
                versioned = "version" in _fields(parts[kind])
                headers = ("Location", "ETag") if versioned else ("Location",)
                return Answer(201, fixed(parts), headers)
            case "batch_done":
                done = self._shown_by(node.args[1])["$ref"].rpartition("/")[2]
                either = {"anyOf": [self._model(f"{done}Result", node), ref("BatchFailure")]}
                counts = {"succeeded": _COUNT, "failed": _COUNT}
                return Answer(200, fixed({"results": {"type": "array", "items": either}, **counts}))
            case "Document":
                media_type = self._value(node.args[1])
                return Answer(200, None, ("ETag",), media_type.partition(";")[0])
            case "Response":
                status = self._value(node.args[1]) if len(node.args) > 1 else 200
                given = {k.arg: k.value for k in node.keywords}
                status = self._value(given["status"]) if "status" in given else status
                return Answer(int(status), self._shape(node.args[0]))
        raise self._fault(node, f"answers with {_called(node)}(…), which is not known here")

    def _listed(self, node: ast.Call) -> Schema:
        """A list; `**show_…(…)` and keywords stand beside its items."""
        listed = listing(self._shown_by(node.args[1]))
        for keyword in node.keywords:
            shape = self._shape(keyword.value)
            more = {keyword.arg: shape} if keyword.arg else _properties(shape)
            listed["properties"] |= more
            listed["required"] += list(more)
        return listed

    def _shape(self, node: ast.expr) -> Schema:
        """The schema of a value that is shown."""
        node = self._assigned(node)
        if isinstance(node, ast.Call):
            called = _called(node)
            if called.startswith("show_"):
                return self._shown_by(node.func)
            if called == "as_of":
                # Its counts are null then: see `as_of` in entrypoints/representations.py.
                now = self._shape(node.args[0])["$ref"].rpartition("/")[2]
                return ref(f"Past{now}")
            if called == "asdict" and isinstance(node.args[0], ast.Call):
                function = self._value(node.args[0].func)
                returned = typing.get_type_hints(function)["return"]
                if dataclasses.is_dataclass(returned):
                    return self._model(returned.__name__, node)  # type: ignore[union-attr]
        if isinstance(node, ast.Dict):
            parts: dict[str, Schema] = {}
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    parts[self._text(key)] = self._shape(value)
                elif isinstance(value, ast.Attribute) and value.attr == "data":
                    parts |= (self._answer(value.value).data or {})["properties"]
                else:
                    raise self._fault(value, "shows an object whose fields cannot be read off")
            return fixed(parts)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return {"type": "array", "items": self._shape(node.elt)}
        if isinstance(node, ast.IfExp):
            shapes = [self._shape(node.body), self._shape(node.orelse)]
            return {"anyOf": shapes} if shapes[0] != shapes[1] else shapes[0]
        if isinstance(node, ast.Constant):
            return {"type": "null"} if node.value is None else {"const": node.value}
        raise self._fault(node, "shows something that is neither show_…(…) nor made of such")

    def _shown_by(self, node: ast.expr) -> Schema:
        name = node.id if isinstance(node, ast.Name) else ""
        if not name.startswith("show_"):
            raise self._fault(node, "lists something that no show_… function shows")
        return self._model(_camel(name.removeprefix("show_")), node)

    def _model(self, name: str, node: ast.AST) -> Schema:
        if name not in MODELS:
            raise self._fault(node, f"needs a model {name} in entrypoints/schemas")
        return ref(name)

    def _assigned(self, node: ast.expr) -> ast.expr:
        """What a name stands for, where it is assigned once."""
        while isinstance(node, ast.Name):
            values = [
                statement.value
                for statement in ast.walk(self.handler)
                if isinstance(statement, ast.Assign)
                and [t.id for t in statement.targets if isinstance(t, ast.Name)] == [node.id]
            ]
            if len(values) != 1:
                break
            node = values[0]
        return node

    # ---- Values -------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Any:
        """What an expression of names and constants is, in the handler's module."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and hasattr(self.module, node.id):
            return getattr(self.module, node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self._value(node.value), node.attr)
        raise self._fault(node, "uses a value that cannot be read off")

    def _text(self, node: ast.expr) -> str:
        value = self._value(node)
        if not isinstance(value, str):
            raise self._fault(node, "names something by other than a text")
        return value

    def _names(self, node: ast.expr) -> list[str]:
        """A text, or `*NAMES` of them."""
        if isinstance(node, ast.Starred):
            return [str(name) for name in self._value(node.value)]
        return [self._text(node)]

    def _flag(self, node: ast.expr | None) -> bool:
        return node is not None and bool(self._value(node))

    def _fault(self, node: ast.AST | None, what: str) -> NotUnderstood:
        line = getattr(node, "lineno", 1)
        place = f"functions/{self.route.folder}/{self.route.handler}.py, line {line}"
        return NotUnderstood(
            f"{place}: the handler {what}. Write it as the other handlers are, or teach"
            " scripts/openapi/handlers.py the new form."
        )


# Functions that judge a query parameter, and what they let pass.
_JUDGED: dict[str, Schema] = {
    "flag": {"type": "string", "enum": ["false", "true"]},
    "moment": {"type": "string", "format": "date-time"},
}


def _text_schema(may: type[StrEnum] | None) -> Schema:
    return {"type": "string"} if may is None else {"type": "string", "enum": [str(m) for m in may]}


_COUNT: Schema = {"type": "integer", "minimum": 0}


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _last_argument(call: ast.expr) -> ast.expr:
    return call.args[-1] if isinstance(call, ast.Call) else call


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def _together(answers: list[Answer]) -> Answer:
    """Several answers of one status: either of them."""
    shapes: list[Schema] = []
    for answer in answers:
        if answer.data is not None and answer.data not in shapes:
            shapes.append(answer.data)
    data = {"anyOf": shapes} if len(shapes) > 1 else answers[0].data
    return dataclasses.replace(answers[0], data=data)


def _id_schema(kind: str) -> Schema:
    return {"type": "string", "pattern": id_pattern(kind)}


def _properties(shape: Schema) -> dict[str, Schema]:
    model = MODELS[shape["$ref"].rpartition("/")[2]]
    described = model.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    return dict(described["properties"])


def _fields(shape: Schema) -> set[str]:
    name = shape.get("$ref", "").rpartition("/")[2]
    return set(MODELS[name].model_fields) if name else set()


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in re.split("_", name))
