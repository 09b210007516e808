"""Editing XML as text: what is not touched stays as it is, byte by byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape  # nosec B406

from arxos.domain.errors import UnreadableFile

# Comments and CDATA first: tags within them are none.
_TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(?P<end>/?)(?:(?P<prefix>[\w.\-]+):)?(?P<name>[\w.\-]+)"
    rb"(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>",
    re.DOTALL,
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a text: `<c r="A1">`, `</c>` or `<c/>`."""

    name: bytes
    prefix: bytes
    attributes: bytes
    start: int
    end: int
    is_end: bool
    is_empty: bool

    def attribute(self, name: str) -> str | None:
        """The value of an attribute without a namespace."""
        found = re.search(
            rb"(?<![\w:.\-])" + name.encode() + rb"\s*=\s*(\"[^\"]*\"|'[^']*')", self.attributes
        )
        return found[1][1:-1].decode() if found else None

    def with_attribute(self, name: str, value: str) -> bytes:
        """The tag's text with this attribute set."""
        pattern = rb"((?<![\w:.\-])" + name.encode() + rb"\s*=\s*)(?:\"[^\"]*\"|'[^']*')"
        quoted = b'"' + value.encode() + b'"'
        attributes, changed = re.subn(pattern, lambda m: m[1] + quoted, self.attributes, count=1)
        if not changed:
            attributes = self.attributes.rstrip() + b" " + name.encode() + b"=" + quoted
        name_ = self.prefix + b":" + self.name if self.prefix else self.name
        return b"<" + name_ + attributes + (b"/>" if self.is_empty else b">")


def tags(text: bytes, start: int = 0) -> Iterator[Tag]:
    """The tags of a text, in order."""
    for found in _TOKEN.finditer(text, start):
        if found["name"] is None:
            continue
        yield Tag(
            name=found["name"],
            prefix=found["prefix"] or b"",
            attributes=found["attributes"],
            start=found.start(),
            end=found.end(),
            is_end=bool(found["end"]),
            is_empty=bool(found["empty"]),
        )


def elements(text: bytes, name: bytes, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The whole elements of a name that stand in no other of that name."""
    begun: Tag | None = None
    for tag in tags(text, start):
        if end is not None and tag.start >= end:
            return
        if tag.name != name:
            continue
        if tag.is_empty and begun is None:
            yield text[tag.start : tag.end]
        elif tag.is_end and begun is not None:
            yield text[begun.start : tag.end]
            begun = None
        elif begun is None:
            begun = tag


def first(text: bytes, name: bytes, *, is_end: bool = False, start: int = 0) -> Tag | None:
    """The first tag of a name."""
    return next(
        (tag for tag in tags(text, start) if tag.name == name and tag.is_end is is_end), None
    )


def must(tag: Tag | None, part: str) -> Tag:
    """The tag. Raises UnreadableFile for a part that is not as it must be."""
    if tag is None:
        raise UnreadableFile(f"The workbook cannot be marked: its part '{part}' is damaged.")
    return tag


def escaped(text: str) -> str:
    """A text as XML holds it, without what XML cannot."""
    return escape(_ILLEGAL.sub("", text), {'"': "&quot;"})


def plain_utf8(text: bytes, part: str) -> bytes:
    """The part's text. Raises UnreadableFile for another encoding than UTF-8."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in text[:64]:
        raise UnreadableFile(
            f"The workbook cannot be marked: its part '{part}' is not written in UTF-8."
        )
    return text


def inserted(text: bytes, at: int, new: bytes) -> bytes:
    """The text with something in it."""
    return text[:at] + new + text[at:]
