"""The OpenAPI 3.1 document, put together from operations, models and examples."""

from scripts.openapi.component_schemas import component_schemas
from scripts.openapi.handlers import Json, read
from scripts.openapi.links import link_operations
from scripts.openapi.operations import operation_object
from scripts.openapi.parameters import shared_parameters
from scripts.openapi.responses import HEADERS, shared_failures
from scripts.openapi.routes import routes

ABOUT = (
    "The system of record for buildings, floors, rooms and devices.\n\n"
    'A success is `{"success": true, "data": …}`, a failure `{"success": false, "error": …}` with'
    " a public code that never changes; every answer has an `X-Request-Id`. Lists take `limit` and"
    " `cursor`: go on until `next_cursor` is null. Records have a `version` and an `ETag`:"
    " `If-None-Match` answers 304, and `If-Match` keeps one writer from overwriting another (412)."
    " A POST with an `Idempotency-Key` has one effect, however often it is sent. What you may not"
    " see answers 404, as what does not exist."
)

TAGS = {
    "buildings": "Buildings, with address, status and exact counts.",
    "floors": "The storeys of a building.",
    "rooms": "The rooms of a floor.",
    "devices": "Equipment and furniture in rooms, or on a floor.",
    "groups": "Systems and zones: devices that belong together.",
    "imports": "Building files on their way into the registry.",
    "deletions": "Removing a record with all that is in it.",
    "users": "The people of the organisation and what they may do.",
    "search": "Finding records across the organisation.",
    "system": "Whether Arxos works, and this description.",
}


def document() -> Json:
    """The whole description. Raises NotUnderstood."""
    operations = [read(route) for route in routes()]
    components = component_schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        described = operation_object(operation, components)
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = described
    link_operations(paths)
    tags = sorted({o.route.folder for o in operations}, key=_tag_order)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Arxos",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "Where this document is served."}],
        "security": [{"bearer": []}],
        "tags": [
            {"name": tag, "description": TAGS.get(tag, tag.capitalize() + ".")} for tag in tags
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the organisation's Cognito user pool.",
                }
            },
            "headers": HEADERS,
            "parameters": shared_parameters(),
            "responses": shared_failures(),
            "schemas": components,
        },
    }


def _tag_order(tag: str) -> tuple[int, str]:
    return (list(TAGS).index(tag) if tag in TAGS else len(TAGS), tag)
