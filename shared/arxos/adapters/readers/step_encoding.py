"""Mends the letters of STEP files that were written in the wrong encoding."""

import mmap
import re
from collections.abc import Iterable
from typing import Literal

from arxos.adapters.readers.step_text import windows

Encoding = Literal["utf-8", "cp932", "cp1252"]

# ISO 10303-21, 6.4.3: outside ASCII there are only \X2\, \X4\, \S\ and \X\ with ISO 8859-1.
_STRING = re.compile(rb"'(?:[^']|'')*'")
_RAW = re.compile(rb"[\x80-\xff]")
_ESCAPED = re.compile(rb"\\X\\([0-9A-Fa-f]{2})")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")


class EncodingRepair:
    """What is wrong with a file's letters and how it is mended.

    `raw` is the encoding of unescaped bytes, `escaped` of bytes in `\\X\\` escapes, None where
    nothing is wrong; `certain` is False where the encoding had to be guessed.
    """

    def __init__(self, raw: Encoding | None, escaped: Encoding | None, certain: bool) -> None:
        self.raw, self.escaped, self.certain = raw, escaped, certain

    @property
    def needed(self) -> bool:
        """Whether anything has to be mended."""
        return self.raw is not None or self.escaped is not None

    def apply(self, window: bytes) -> bytes:
        """The window with every string in standard escapes."""
        return _STRING.sub(lambda string: self._mended(string[0]), window)

    def _mended(self, string: bytes) -> bytes:
        if self.raw is not None and _RAW.search(string):
            string = _escaped(_decoded(string, self.raw))
        if self.escaped is not None and _ESCAPED.search(string) and rb"\X2" not in string:
            unescaped = _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), string)
            return _escaped(_decoded(unescaped, self.escaped))
        return string


def find_repair(data: mmap.mmap | bytes) -> EncodingRepair:
    """Looks at all strings at once: one short name alone could be read in several encodings."""
    raw: set[bytes] = set()
    escaped: set[bytes] = set()
    for window in windows(data):
        has_raw = _RAW.search(window) is not None
        if not has_raw and rb"\X" + b"\\" not in window:
            continue
        for string in _STRING.findall(window):
            if has_raw and _RAW.search(string):
                raw.add(string)
            elif rb"\X" + b"\\" in string and rb"\X2" not in string:
                escaped.add(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), string))
    raw_encoding, certain = encoding_of(raw) if raw else (None, True)
    return EncodingRepair(raw_encoding, _wrongly_escaped(escaped), certain)


def encoding_of(strings: Iterable[bytes]) -> tuple[Encoding, bool]:
    """Unescaped bytes: UTF-8 and Shift-JIS are recognised, anything else is taken as Western."""
    strings = list(strings)
    if _all_decode(strings, "utf-8"):
        return "utf-8", True
    if _is_japanese(strings):
        return "cp932", True
    return "cp1252", False


def _wrongly_escaped(strings: Iterable[bytes]) -> Encoding | None:
    r"""None if the `\X\` bytes are what they should be, ISO 8859-1 letters.

    Bytes 80 to 9F are no letters there, so they give Windows-1252 and Shift-JIS away.
    """
    strings = [string for string in strings if _RAW.search(string)]
    if not strings:
        return None
    if _all_decode(strings, "utf-8"):
        return "utf-8"
    if any(re.search(rb"[\x80-\x9f]", string) for string in strings):
        return "cp932" if _is_japanese(strings) else "cp1252"
    return None


def _all_decode(strings: Iterable[bytes], encoding: str) -> bool:
    try:
        for string in strings:
            string.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese(strings: list[bytes]) -> bool:
    """Valid Shift-JIS with kana or kanji and nearly no half-width kana.

    Chinese and Western text that happens to decode is full of half-width kana.
    """
    if not _all_decode(strings, "cp932"):
        return False
    text = "".join(string.decode("cp932") for string in strings)
    private = sum("\ue000" <= c <= "\uf8ff" for c in text)
    half_width = sum("\uff61" <= c <= "\uff9f" for c in text)
    japanese = sum("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in text)
    return not private and japanese > 4 * half_width


def _decoded(string: bytes, encoding: Encoding) -> str:
    # Five bytes have no letter in Windows-1252; they become U+FFFD, which the reader can see.
    return string.decode(encoding, errors="replace")


def _escaped(text: str) -> bytes:
    """ISO 10303-21, 6.4.3.3: \\X2\\ with UTF-16 code units, \\X4\\ beyond the basic plane."""

    def escape(letters: re.Match[str]) -> str:
        if all(ord(c) <= 0xFFFF for c in letters[0]):
            return "\\X2\\" + "".join(f"{ord(c):04X}" for c in letters[0]) + "\\X0\\"
        return "\\X4\\" + "".join(f"{ord(c):08X}" for c in letters[0]) + "\\X0\\"

    return _NON_ASCII.sub(escape, text).encode("ascii")
