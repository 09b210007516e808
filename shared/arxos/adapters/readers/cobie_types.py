"""What a COBie workbook's types say of all their components: maker, model, warranty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arxos.adapters.readers.cobie_attributes import Attributes
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.cobie_units import months_of
from arxos.adapters.readers.workbook_sheets import Row, Value, number_of, text_of
from arxos.domain.text_rules import folded

# A Type's columns that have a field of their own, or are about the row and not the thing.
_TYPE_FIELDS = frozenset(
    {"Name", "CreatedBy", "CreatedOn", "ExtSystem", "ExtObject", "ExtIdentifier", "Manufacturer"}
    | {"ModelNumber"}
)


@dataclass(frozen=True, slots=True)
class ComponentType:
    """What a Type says of all its Components."""

    name: str
    manufacturer: str | None = None
    model: str | None = None
    warranty_months: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def read_types(reading: Reading, attributes: Attributes) -> dict[str, ComponentType]:
    """By folded name."""
    companies = _companies(reading)
    types: dict[str, ComponentType] = {}
    for table, row, name in reading.rows("Type"):
        if folded(name) in types:
            reading.warn(
                "NAME_DOUBLED",
                f"Type '{name}' occurs more than once; its first row counts.",
                "Type",
                line=row.number,
                key=name,
                field="Name",
            )
            continue
        maker = reading.text(table, row, "Manufacturer")
        if maker is not None and maker.casefold() in companies:
            maker = companies[maker.casefold()]
        elif maker is not None and "@" in maker:
            reading.warn(
                "CONTACT_UNKNOWN",
                f"The manufacturer of type '{name}', {maker}, is on no row of sheet 'Contact';"
                " its e-mail is shown instead of a company.",
                "Type",
                line=row.number,
                key=name,
                field="Manufacturer",
            )
        details: dict[str, Any] = {
            column: _plain_cell(table.get(row, column))
            for column in table.columns.known
            if column not in _TYPE_FIELDS and table.text(row, column) is not None
        }
        stated = attributes.get(("type", folded(name)))
        if stated:
            details = {**details, "attributes": stated}
        types[folded(name)] = ComponentType(
            name=name,
            manufacturer=maker,
            model=reading.text(table, row, "ModelNumber")
            or reading.text(table, row, "ModelReference"),
            warranty_months=_warranty_months(table, row),
            details=details,
        )
    return types


def _warranty_months(table: Table, row: Row) -> int | None:
    """The longer of the warranties on parts and labour."""
    unit = table.text(row, "WarrantyDurationUnit") or "year"
    months = []
    for column in ("WarrantyDurationParts", "WarrantyDurationLabor"):
        duration = number_of(table.get(row, column))
        if duration and (found := months_of(duration, unit)) is not None:
            months.append(found)
    return max(months, default=None)


def _companies(reading: Reading) -> dict[str, str]:
    """E-mail -> company: a Type's Manufacturer is a Contact's e-mail."""
    table = reading.tables.get("Contact")
    if table is None:
        return {}
    found: dict[str, str] = {}
    for row in table.rows:
        email, company = table.text(row, "Email"), table.text(row, "Company")
        if email and company:
            found.setdefault(email.casefold(), company)
    return found


def _plain_cell(value: Value) -> Value:
    """Texts trimmed, numbers as they are."""
    return text_of(value) if isinstance(value, str) else value
