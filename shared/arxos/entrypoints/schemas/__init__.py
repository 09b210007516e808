"""What the API shows, as Pydantic models: one for each `show_…` of `representations`.

Only `scripts/make_openapi.py` and tests import this; no function pays for it. A test holds the
output of each `show_…` against its model, strictly, so that neither can change alone.
"""

from arxos.entrypoints.schemas import (
    batches,
    checks,
    deletions,
    exports,
    findings,
    imports,
    overview,
    people,
    records,
    service,
)
from arxos.entrypoints.schemas.fields import Shown

_PARTS = (
    records,
    overview,
    batches,
    deletions,
    imports,
    checks,
    exports,
    people,
    findings,
    service,
)

# By name, as the API's description has them.
MODELS: dict[str, type[Shown]] = {
    name: model
    for part in _PARTS
    for name, model in vars(part).items()
    if isinstance(model, type)
    and issubclass(model, Shown)
    and model.__module__ == part.__name__
    and not name.startswith("_")
}
