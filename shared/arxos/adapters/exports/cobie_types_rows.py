"""The sheets Type and Contact of an export: what devices have in common, and who made them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from arxos.adapters.exports.cobie_sheet_rows import Cells, CobieSheets, SheetRow
from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import text_of
from arxos.domain.own_exports import Line
from arxos.domain.text_rules import folded

_OF_A_TYPE = frozenset(COLUMNS["Type"])


class CobieTypes:
    """Each kind of device once. A stored row of the type's name is given back with its columns."""

    def __init__(self, sheets: CobieSheets) -> None:
        self._sheets = sheets
        self._names: dict[tuple[str, ...], str] = {}
        self._emails: dict[str, str] = {}
        self._contacts: set[str] = set()

    def of(self, device: Line) -> Iterator[SheetRow | str]:
        """The rows that the device's type needs, and last of all the type's name."""
        details = device.get("metadata", {}).get("type")
        details = details if isinstance(details, dict) else {}
        maker, model = device.get("manufacturer"), device.get("model")
        told = json.dumps(details, sort_keys=True)
        signature = (device["device_type"], maker or "", model or "", str(hash(told)))
        name = self._names.get(signature)
        if name is None:
            name = self._sheets.unique("Type", device["device_type"])
            self._names[signature] = name
            yield from self._type(name, device, details)
        yield name

    def _type(self, name: str, device: Line, details: dict[str, Any]) -> Iterator[SheetRow]:
        maker, model = device.get("manufacturer"), device.get("model")
        kept = self._sheets.kept.find("Type", device["device_type"])
        cells: Cells = {"Category": None, "Description": name, "AssetType": "Fixed"}
        cells |= {k: v for k, v in details.items() if k in _OF_A_TYPE and not isinstance(v, dict)}
        cells |= kept or {}
        email = meaningful(text_of(cells.get("Manufacturer")), "Manufacturer")
        if self._company(email) != maker:
            email, rows = self._contact_of(maker)
            yield from rows
            cells["Manufacturer"] = email
        stated = [text_of(cells.get(c)) for c in ("ModelNumber", "ModelReference")]
        if model not in [meaningful(s, "ModelNumber") for s in stated]:
            cells["ModelNumber"] = model
        cells["Name"] = name
        yield self._sheets.row("Type", cells, made=device)
        stored = details.get("attributes")
        if kept is None and isinstance(stored, dict):
            for attribute, value in stored.items():
                yield self._sheets.attribute("Type", name, attribute, value, made=device)

    def _company(self, email: str | None) -> str | None:
        """What the reader shows of an e-mail: its contact's company, or itself."""
        if email is None:
            return None
        return self._sheets.companies.get(email.casefold(), email)

    def _contact_of(self, company: str | None) -> tuple[str | None, list[SheetRow]]:
        """The e-mail that stands for a company: a Type's maker is a Contact."""
        if company is None:
            return None, []
        if (known := self._emails.get(company)) is not None:
            return known, []
        by_company = {c: e for e, c in reversed(self._sheets.companies.items())}
        email = by_company.get(company)
        rows = []
        if email is None:
            slug = re.sub(r"[^a-z0-9]+", "-", folded(company)).strip("-") or "company"
            email = self._sheets.unique("Contact", f"{slug[:60]}@company.invalid")
            cells = {"Email": email, "Company": company, "Category": "Manufacturer"}
            rows.append(self._sheets.row("Contact", cells))
        self._emails[company] = email
        return email, rows
