"""What a name or a longer text may hold, whatever its language (product.md, "Who may do what")."""

import re
import unicodedata

MAX_NAME = 200
MAX_DESCRIPTION = 1000

_MARKUP = re.compile(r"<\s*[/!?]?\s*[a-z][^<>]*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<\s*/?\s*script|javascript\s*:", re.IGNORECASE)
# The plain attack only: a quote that ends a literal, then a statement. "O'Hare" and "R&D; Annex"
# are names; nothing here is ever put into SQL, so wider guesses would only refuse good names.
_INJECTION = re.compile(
    r"""['"`]\s*;?\s*(?:drop|delete|insert|update|alter|truncate|union|exec)\s+\w+"""
    r"""|;\s*(?:drop|truncate|alter)\s+(?:table|database)\b"""
    r"""|['"]\s*or\s+['"]?\w+['"]?\s*=\s*['"]?\w+""",
    re.IGNORECASE,
)
_ALLOWED_CONTROLS = "\n\t"
# They make a text read other than it is written; marks (U+200E, U+200F) and joiners stay allowed.
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "'": "’", '"': "”", "`": "’", ";": ",", "=": "꞊"})


def text_fault(value: str, *, label: str, multiline: bool = False) -> str | None:
    """Why `value` may not be stored, as a sentence that begins with `label`; None when it may."""
    if _SCRIPT.search(value):
        return f"{label} cannot contain script"
    if _MARKUP.search(value):
        return f"{label} cannot contain markup such as <b>"
    if _INJECTION.search(value):
        return f"{label} looks like an SQL injection"
    allowed = _ALLOWED_CONTROLS if multiline else ""
    if any(_is_control(c) and c not in allowed for c in value):
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


def storable_text(value: str, *, maximum: int = MAX_NAME) -> str:
    """The nearest text to `value` that the rules accept; empty when nothing visible is left.

    For imports, which keep what they can and warn, where a person would be asked to correct it:
    `Door <unnamed>` becomes `Door ‹unnamed›`.
    """
    text = "".join(" " if c in _ALLOWED_CONTROLS else c for c in value)
    text = "".join(c for c in text if not _is_control(c))
    if text_fault(text, label="") is not None:
        text = re.sub(r"javascript\s*:", "javascript", text.translate(_HARMLESS), flags=re.I)
    text = text[:maximum].strip()
    return text if has_visible_text(text) else ""


def has_visible_text(value: str) -> bool:
    """Whether there is anything to see: not only spaces and marks without width."""
    return any(unicodedata.category(c)[0] not in "CZ" for c in value)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTION_OVERRIDES


def folded(value: str) -> str:
    """Case, accents and width folded: what two spellings of one number or word have in common."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.split())
