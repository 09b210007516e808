"""Write shared/arxos/entrypoints/openapi.json anew: `make openapi`.

From the routes of template.yaml, the handlers' source, and the Pydantic models of requests and
answers. tests/docs compares the committed file with a fresh one.
"""

import json
import sys
from pathlib import Path

from scripts.local_cloud.places import ROOT
from scripts.openapi.document import document
from scripts.openapi.handlers import NotUnderstood

FILE: Path = ROOT / "shared" / "arxos" / "entrypoints" / "openapi.json"


def text() -> str:
    """The document as it is committed: the same for the same sources. Raises NotUnderstood."""
    return json.dumps(document(), indent=1, ensure_ascii=True) + "\n"


def main() -> None:
    try:
        made = text()
    except NotUnderstood as fault:
        sys.exit(str(fault))
    FILE.write_text(made)
    print(f"Wrote {FILE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
