"""What a name or a longer text may hold, whatever its language (product.md, "Who may do what")."""

import re
import unicodedata

MAX_NAME = 200
MAX_DESCRIPTION = 1000

# A tag; or one that is never closed, which browsers close themselves, with a handler in it.
_MARKUP = re.compile(r"<\s*[/!?]?\s*[a-z][^<>]*(?:>|[\s/\"']on[a-z]+\s*=)", re.IGNORECASE)
_SCRIPT = re.compile(r"<\s*/?\s*script|javascript\s*:", re.IGNORECASE)
# The plain attack only: what ends a literal or a statement, then SQL with its second word.
# "O'Hare", "R&D; Annex", "L'Union Européenne" and the pipe '3/4" Drop' are names; nothing here is
# ever put into SQL, so wider guesses would only refuse good names.
_INJECTION = re.compile(
    r"""['"`;)]\s*(?:
        (?:drop|truncate|alter|create)\s+(?:table|database|schema|view|index|user)\b
        | delete\s+from\b | insert\s+into\b | update\s+\w+\s+set\b
        | union\s+(?:all\s+)?select\b | exec(?:ute)?\s+(?:xp|sp)_ | shutdown\s*--
    )
    | ['"]\s*(?:or|and)\s+['"]?\w+['"]?\s*=\s*['"]?\w+
    | ['"]\s*;?\s*--\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_ALLOWED_CONTROLS = "\n\t"
# Classes of characters as regular expressions write them, in Python as in JSON Schema. Beside the
# controls proper: direction overrides, which make a text read other than it is written; marks
# (U+200E, U+200F) and joiners stay allowed.
_OVERRIDES = r"\u202a-\u202e\u2066-\u2069"
_CONTROLS = rf"\u0000-\u001f\u007f-\u009f{_OVERRIDES}"
# A line may end as Windows ends it; the carriage return is dropped (`with_plain_lines`).
_CONTROLS_IN_LINES = rf"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f{_OVERRIDES}"
# Spaces, and what has no width. Not what Unicode has not assigned yet: tomorrow's emoji is a name.
_BLANKS = (
    r"\u0020\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e"
    r"\u2000-\u200f\u2028\u2029\u202f\u205f-\u2064\u206a-\u206f\u3000\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
_CONTROL = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
_CONTROL_IN_LINES = re.compile(rf"[{_CONTROLS_IN_LINES}\ud800-\udfff]")
_VISIBLE = re.compile(rf"[^{_CONTROLS}{_BLANKS}\ud800-\udfff]")

# What JSON Schema can say of the rules below, for the API's description: all but the attacks that
# take more than a character or a tag to make.
_NO_MARKUP = r"(?![\s\S]*<\s*[/!?]?\s*[A-Za-z][^<>]*>)"
TEXT_PATTERN = rf"^{_NO_MARKUP}[^{_CONTROLS}]*$"
LINES_PATTERN = rf"^{_NO_MARKUP}[^{_CONTROLS_IN_LINES}]*$"
NAME_PATTERN = rf"^{_NO_MARKUP}[^{_CONTROLS}]*[^{_CONTROLS}{_BLANKS}][^{_CONTROLS}]*$"
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "'": "’", '"': "”", "`": "’", ";": ",", "=": "꞊"})


def text_fault(value: str, *, label: str, multiline: bool = False) -> str | None:
    """Why `value` may not be stored, as a sentence that begins with `label`; None when it may."""
    if _SCRIPT.search(value):
        return f"{label} cannot contain script"
    if _MARKUP.search(value):
        return f"{label} cannot contain markup such as <b>"
    if _INJECTION.search(value):
        return f"{label} looks like an SQL injection"
    if (_CONTROL_IN_LINES if multiline else _CONTROL).search(value):
        return f"{label} cannot contain control characters"
    return None


def name_fault(value: object, *, label: str, maximum: int = MAX_NAME) -> str | None:
    """Why `value` is no name: empty, blank, over `maximum` characters, or refused by content."""
    if not isinstance(value, str) or not has_visible_text(value):
        return f"{label} cannot be empty"
    if len(value) > maximum:
        return f"{label} cannot be longer than {maximum} characters"
    return text_fault(value, label=label)


def optional_text_fault(
    value: object, *, label: str, maximum: int = MAX_NAME, multiline: bool = False
) -> str | None:
    """As `name_fault`, for a text that may be missing (None) or empty."""
    if value is None:
        return None
    if not isinstance(value, str):
        return f"{label} must be text"
    if len(value) > maximum:
        return f"{label} cannot be longer than {maximum} characters"
    return text_fault(value, label=label, multiline=multiline)


def with_plain_lines(value: str) -> str:
    """A text of several lines as it is stored: each ends with a line feed alone."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def storable_text(value: str, *, maximum: int = MAX_NAME) -> str:
    """The nearest text to `value` that the rules accept; empty when nothing visible is left.

    For imports, which keep what they can and warn, where a person would be asked to correct it:
    `Door <unnamed>` becomes `Door ‹unnamed›`.
    """
    text = "".join(" " if c in _ALLOWED_CONTROLS else c for c in value)
    text = _CONTROL.sub("", text)
    if text_fault(text, label="") is not None:
        text = re.sub(r"javascript(?:\s*:)+", "javascript", text.translate(_HARMLESS), flags=re.I)
    text = text[:maximum].strip()
    return text if has_visible_text(text) else ""


def has_visible_text(value: str) -> bool:
    """Whether there is anything to see: not only spaces and marks without width."""
    return _VISIBLE.search(value) is not None


def folded(value: str) -> str:
    """Case, accents and width folded: what two spellings of one number or word have in common."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.split())
