"""Cleans the words a building file gives: control characters, over-long values, placeholders."""

import re
import unicodedata
from typing import Any

from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.text_rules import MAX_NAME

# import-mapping.md, "Placeholders are empty", in any case; the dashes are Revit's and Excel's.
_PLACEHOLDERS = frozenset(
    {"n/a", "na", "none", "<none>", "undefined", "<undefined>", "notdefined", "-", "--", "$"}
)
_COMMENT_PLACEHOLDER = re.compile(r"//.*//", re.DOTALL)
_CONTROL_WITHOUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def meaningful(value: Any, property_name: str | None = None) -> str | None:
    """The value as text, or None for a blank, a placeholder or its own property's name."""
    if value is None:
        return None
    text = str(value).strip()
    folded = text.casefold()
    if not text or folded in _PLACEHOLDERS or _COMMENT_PLACEHOLDER.fullmatch(text):
        return None
    if property_name is not None and folded == property_name.strip().casefold():
        return None
    return text


class TextCleaner:
    """Makes values fit the registry's fields and says so."""

    def __init__(self, problems: ProblemList) -> None:
        self._problems = problems

    def clean(
        self,
        value: Any,
        *,
        field: str,
        limit: int = MAX_NAME,
        property_name: str | None = None,
        ifc_class: str | None = None,
        key: str | None = None,
        line: int | None = None,
    ) -> str | None:
        """One line of readable text of at most `limit` characters, or None."""
        text = meaningful(value, property_name)
        if text is None:
            return None
        if _CONTROL_WITHOUT_BREAKS.search(text):
            self._problems.warn(
                "CONTROL_CHARACTERS",
                f"The {field} held control characters; they were removed.",
                ifc_class=ifc_class,
                line=line,
                key=key,
                field=field,
            )
            text = _CONTROL_WITHOUT_BREAKS.sub("", text)
        # Line breaks and tabs are layout (Revit writes addresses so), not damage: no warning.
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        if len(text) > limit:
            self._problems.warn(
                "VALUE_TOO_LONG",
                f"The {field} had {len(text)} characters; the first {limit} were kept.",
                ifc_class=ifc_class,
                line=line,
                key=key,
                field=field,
                value=text,
            )
            text = text[:limit].rstrip()
        return text or None
