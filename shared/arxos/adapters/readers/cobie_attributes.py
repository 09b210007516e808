"""What the sheet Attribute says of the rows of the other sheets."""

from collections.abc import Mapping
from typing import Any

from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import text_of
from arxos.domain.text_rules import folded

# (sheet, name) of a row, folded -> its attributes' values.
Attributes = Mapping[tuple[str, str], dict[str, Any]]


def read_attributes(reading: Reading) -> Attributes:
    """All that name the row they are about; a warning for each that does not."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for table, row, name in reading.rows("Attribute"):
        sheet, of = table.text(row, "SheetName"), text_of(table.get(row, "RowName"))
        value = table.get(row, "Value")
        if sheet is None or of is None:
            reading.warn(
                "ATTRIBUTE_OF_NOTHING",
                f"Attribute '{name}' does not say of which sheet and row it is; it is kept"
                " on its sheet only.",
                "Attribute",
                line=row.number,
                key=name,
                field="RowName" if sheet else "SheetName",
            )
            continue
        if meaningful(text_of(value), name) is None:
            continue
        values = found.setdefault((folded_header(sheet), folded(of)), {})
        values[name[:100]] = value if not isinstance(value, str) else text_of(value)
    return found
