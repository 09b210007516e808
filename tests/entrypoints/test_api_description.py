"""/openapi.json and /docs: plain documents, for everybody."""

import importlib
import json
import re
from typing import Any

import pytest

from arxos.entrypoints import reference_page
from arxos.entrypoints.api_description import document
from tests.gateway_events import LambdaContext, api_event


def ask(function: str, **headers: str) -> dict[str, Any]:
    handler = importlib.import_module(f"functions.system.{function}").handler
    answer: dict[str, Any] = handler(
        api_event(resource="/docs", headers=headers, signed_in=False), LambdaContext()
    )
    return answer


def test_the_description_is_a_plain_document_without_an_envelope() -> None:
    answer = ask("get_openapi")

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"].startswith("application/json")
    assert json.loads(answer["body"])["openapi"] == "3.1.0"


@pytest.mark.parametrize("function", ["get_openapi", "get_docs"])
def test_a_document_that_a_client_has_is_not_sent_again(function: str) -> None:
    first = ask(function)
    again = ask(function, **{"If-None-Match": first["headers"]["ETag"]})

    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["ETag"] == first["headers"]["ETag"]
    assert again["headers"]["Cache-Control"] == "public, no-cache"
    assert ask(function, **{"If-None-Match": '"other"'})["statusCode"] == 200


def test_the_page_shows_every_operation_and_every_schema() -> None:
    page = ask("get_docs")["body"]

    for path, item in document()["paths"].items():
        assert path in page
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page
    for name in document()["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_script() -> None:
    answer = ask("get_docs")

    assert answer["headers"]["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]
    assert (
        re.findall(r"<script|<img|<link|src=|@import|url\(|https?://[^<\"]*\.js", answer["body"])
        == []
    )


def test_the_page_escapes_what_it_shows() -> None:
    odd = "<b>&\"'</b>"
    page = reference_page.html(
        {
            "info": {"title": odd, "description": odd},
            "tags": [{"name": "odd", "description": odd}],
            "paths": {
                "/odd": {
                    "get": {
                        "operationId": "get_odd",
                        "tags": ["odd"],
                        "summary": odd,
                        "x-permission": odd,
                        "responses": {
                            "200": {
                                "description": odd,
                                "content": {"application/json": {"example": {"odd": odd}}},
                            }
                        },
                    }
                }
            },
            "components": {"schemas": {"Odd": {"type": "string", "description": odd}}},
        }
    )

    assert "<b>" not in page
