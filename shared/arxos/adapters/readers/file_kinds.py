"""What a file really is that is named as something else, told by its first bytes."""

import re

# Each with what to do about it; `{wanted}` is the file that was expected.
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive. Unpack it and upload the {wanted} file in it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive. Unpack it and upload the {wanted} file in it"),
    (b"Rar!", "a RAR archive. Unpack it and upload the {wanted} file in it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or a Revit file. Save it as {wanted}"),
    (b"%PDF", "a PDF document. Save the table in it as {wanted}"),
    (b"ISO-10303-21", "an IFC file. Upload it with its own ending, .ifc"),
    (b"SQLite format 3", "a SQLite database. Save what is in it as {wanted}"),
    (
        b"version https://git-lfs",
        "a Git LFS pointer. Fetch the real file (git lfs pull) and upload that",
    ),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|[a-z]+[\s>])", re.IGNORECASE)
_JSON = re.compile(rb"\s*[{\[]")


def other_kind(head: bytes, wanted: str) -> str | None:
    """A sentence for a file that is none of those `wanted`, by its first bytes; None if it may be.

    Archives of the zip kind are told by what is in them: `archive_kind`.
    """
    bare = head.removeprefix(b"\xef\xbb\xbf")
    for signature, kind in _SIGNATURES:
        if bare.startswith(signature):
            return f"This is not a {wanted} file but {kind.format(wanted=wanted)}."
    if bare.startswith(b"PK") and wanted != ".zip":
        return (
            f"This is not a {wanted} file but a workbook or a zip archive. Upload it with its own"
            " ending."
        )
    if _MARKUP.match(bare):
        return (
            f"This is not a {wanted} file but a web page or XML. The download probably led to a"
            " sign-in page."
        )
    if wanted == ".zip" and _JSON.match(bare):
        return "This is not a .zip file but JSON. Upload it with its own ending, .jsonl."
    return None


def archive_kind(names: list[str]) -> str:
    """A sentence for an archive without tables, by the names of its members."""
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "This is an Excel workbook that is named .zip. Upload it with its own ending, .xlsx."
    files = [n for n in names if not n.endswith("/") and not n.startswith("__MACOSX/")]
    for ending, kind, remedy in (
        (".ifc", "an IFC model", "Upload that file itself, or the archive as .ifczip."),
        (".ifczip", "a zipped IFC model", "Upload that file itself."),
        (".xlsx", "a workbook", "Upload that file itself."),
        (".jsonl", "JSON lines", "Upload that file itself."),
        (".zip", "another archive", "Upload that file itself."),
    ):
        held = [name for name in files if name.casefold().endswith(ending)]
        if held:
            return f"The archive holds no .csv table but {kind}, '{held[0][:80]}'. {remedy}"
    if not files:
        return "The archive is empty."
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    listed = ", ".join(f"'{name[:80]}'" for name in files[:3])
    return f"The archive holds no .csv table, but {listed}{more}."
