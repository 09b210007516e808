"""What requests may carry in their bodies, as Pydantic models; the domain's rules judge texts."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema

from arxos.domain.errors import InvalidInput, MalformedRequest
from arxos.domain.text_rules import (
    LINES_PATTERN,
    MAX_NAME,
    NAME_PATTERN,
    TEXT_PATTERN,
    name_fault,
    optional_text_fault,
    with_plain_lines,
)

B = TypeVar("B", bound="Body")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass(frozen=True, eq=False)
class Rule:
    """A check of a value, with what JSON Schema can say of it for the API's description."""

    check: Callable[[Any], Any]
    json_schema: dict[str, Any] = field(default_factory=dict)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return AfterValidator(self.check).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.json_schema}


def name(label: str, *, maximum: int = MAX_NAME) -> Rule:
    """A required text, stored trimmed."""

    def check(value: str) -> str:
        return _accept(value.strip(), name_fault(value, label=label, maximum=maximum))

    return Rule(check, {"minLength": 1, "maxLength": maximum, "pattern": NAME_PATTERN})


def text(label: str, *, maximum: int = MAX_NAME, multiline: bool = False) -> Rule:
    """A text that may be missing."""

    def check(value: str | None) -> str | None:
        if value is not None and multiline:
            value = with_plain_lines(value)
        fault = optional_text_fault(value, label=label, maximum=maximum, multiline=multiline)
        return _accept(value, fault)

    pattern = LINES_PATTERN if multiline else TEXT_PATTERN
    return Rule(check, {"maxLength": maximum, "pattern": pattern})


def checked(fault_of: Callable[[Any], str | None], **json_schema: Any) -> Rule:
    """A value that one of the domain's rules judges."""
    return Rule(lambda value: _accept(value, fault_of(value)), json_schema)


def _date(value: Any) -> Any:
    """JSON has no dates. Pydantic would take numbers of seconds too, and times of day."""
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if value is None or isinstance(value, date):
        return value
    raise ValueError("This must be a date such as 2026-11-22")


iso_date = BeforeValidator(_date, json_schema_input_type=date)


# 3.0 is an integer in JSON Schema, and how some clients write one.
whole_number = BeforeValidator(
    lambda value: int(value) if isinstance(value, float) and value.is_integer() else value,
    json_schema_input_type=int,
)

V = TypeVar("V")


def _accept(value: V, fault: str | None) -> V:
    if fault:
        raise ValueError(fault)
    return value


class Body(BaseModel):
    """Types are strict, and a field that does not exist is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    elsewhere: ClassVar[dict[str, str]] = {}
    """Of fields that the record has and this body has not: what changes them."""

    @classmethod
    def changed_by(cls, path: str) -> str | None:
        """What changes a field that is not in this body, as a sentence; None: there is none."""
        return cls.elsewhere.get(path)

    @classmethod
    def faults_together(cls, _sent: dict[str, Any]) -> dict[str, str]:
        """What fields lack together, by field: told beside the faults of single fields."""
        return {}


_SENTENCES = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field",
    "string_type": "This must be text",
    "float_type": "This must be a number",
    "int_type": "This must be a whole number",
    "dict_type": "This must be a JSON object",
    "model_type": "This must be a JSON object",
    "model_attributes_type": "This must be a JSON object",
    "list_type": "This must be a list",
    "less_than_equal": "This cannot be more than {le}",
    "greater_than_equal": "This cannot be less than {ge}",
    "finite_number": "This must be a finite number",
    "enum": "This must be {expected}",
    "literal_error": "This must be {expected}",
    "too_long": "This cannot hold more than {max_length}",
    "too_short": "This must hold at least {min_length}",
    "bool_type": "This must be true or false",
    "date_from_datetime_parsing": "This must be a date such as 2026-11-22",
    "date_parsing": "This must be a date such as 2026-11-22",
    "date_type": "This must be a date such as 2026-11-22",
}


def _sentence(kind: str, message: str, context: dict[str, Any]) -> str:
    """Ours where we have one; a library's English is not for our users."""
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return message.removeprefix("Value error, ")


def parse(body: bytes, model: type[B]) -> B:
    """The body as `model`. Raises MalformedRequest, or InvalidInput with every wrong field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
    for error in errors:
        if error["type"] == "json_invalid":
            if "recursion limit" in error["msg"]:
                fault = "The body is nested too deeply"
                raise InvalidInput(f"{fault}.", {"body": fault})
            raise MalformedRequest("The body is not JSON.")
        if not error["loc"]:
            raise MalformedRequest("The body must be a JSON object.")
    raise faulty(errors, model, json.loads(body))


def faulty(errors: Sequence[Any], model: type[Body], sent: dict[str, Any]) -> InvalidInput:
    """Pydantic's errors as ours, with every wrong field."""
    field_errors: dict[str, str] = {}
    for error in errors:
        path = ".".join(str(part) for part in error["loc"])
        sentence = _sentence(error["type"], error["msg"], error.get("ctx", {}))
        if error["type"] == "extra_forbidden":
            sentence = model.changed_by(path) or sentence
        field_errors.setdefault(path, sentence)
    for path, fault in model.faults_together(sent).items():
        field_errors.setdefault(path, fault)
    count = len(field_errors)
    fields = "1 field is" if count == 1 else f"{count} fields are"
    return InvalidInput(f"{fields} not as they should be.", field_errors)
