"""The API's description as one HTML page: no script, no font and no style from anywhere else."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Json = dict[str, Any]

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_STYLE = """
:root{color-scheme:light dark;--back:#fff;--panel:#f6f7f9;--line:#e2e5ea;--text:#1c2330;
--soft:#5b6577;--accent:#2456c8;--get:#1c7c54;--post:#2456c8;--patch:#9a6700;--put:#9a6700;
--delete:#b42318;--code:#10182b;--codetext:#e6ebf5}
@media(prefers-color-scheme:dark){:root{--back:#12161f;--panel:#1a202c;--line:#2b3342;
--text:#e4e8f0;--soft:#98a3b7;--accent:#8ab0ff;--get:#5fd09c;--post:#8ab0ff;--patch:#e3b341;
--put:#e3b341;--delete:#ff8a80;--code:#0b0e15;--codetext:#d5dcea}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--back);color:var(--text);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
display:grid;grid-template-columns:17rem minmax(0,1fr);min-height:100vh}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code,pre,.path,.verb{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{font-size:.9em;background:var(--panel);border-radius:4px;padding:.1em .3em}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.5rem 1rem 3rem 1.25rem;
background:var(--panel);border-right:1px solid var(--line);font-size:13.5px}
nav h1{font-size:1.25rem;margin:0 0 .25rem}nav h2{font-size:.75rem;letter-spacing:.06em;
text-transform:uppercase;color:var(--soft);margin:1.25rem 0 .25rem}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:flex;gap:.5rem;align-items:baseline;color:var(--text);padding:.15rem 0}
nav .verb{flex:0 0 3rem;font-size:10.5px;text-align:right}
main{padding:2rem clamp(1rem,4vw,3.5rem) 6rem;max-width:78rem}
main>header p{max-width:46rem}
h2{font-size:1.5rem;margin:3rem 0 .25rem}h2+p{color:var(--soft);margin-top:0}
.operation{border:1px solid var(--line);border-radius:10px;margin:1.25rem 0;overflow:hidden}
.operation>header{padding:.9rem 1.1rem;background:var(--panel);border-bottom:1px solid var(--line)}
.operation h3{margin:0 0 .3rem;font-size:1.05rem}
.path{font-size:13.5px;overflow-wrap:anywhere}
.verb{font-weight:700;font-size:12px}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.put{color:var(--put)}
.delete{color:var(--delete)}
.right{float:right;font-size:12px;color:var(--soft)}
.columns{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,26rem);gap:1.5rem;
padding:1rem 1.1rem 1.2rem}
h4{margin:1rem 0 .4rem;font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;
color:var(--soft)}h4:first-child{margin-top:0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
td{border-top:1px solid var(--line);padding:.35rem .5rem .35rem 0;vertical-align:top}
tr:first-child td{border-top:0}td:first-child{white-space:nowrap;width:1%;padding-right:1rem}
.type{color:var(--soft);font-size:12.5px}.must{color:var(--delete);font-size:11.5px}
pre{margin:0;padding:.8rem 1rem;background:var(--code);color:var(--codetext);border-radius:8px;
font-size:12px;line-height:1.5;overflow:auto;max-height:26rem}
details{margin-top:.6rem}summary{cursor:pointer;color:var(--soft);font-size:13.5px}
details[open]>summary{margin-bottom:.5rem}
@media(max-width:60rem){body{display:block}nav{position:static;height:auto;border-right:0;
border-bottom:1px solid var(--line)}.columns{grid-template-columns:minmax(0,1fr)}}
"""


def html(document: Json) -> str:
    """The whole page."""
    title = escape(f"{document['info']['title']} API")
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            *_Page(document).parts(title),
            "</body></html>\n",
        )
    )


class _Page:
    def __init__(self, document: Json) -> None:
        self._document = document
        self._operations: dict[str, list[tuple[str, str, Json]]] = {}
        for path, item in document["paths"].items():
            for verb, operation in item.items():
                for tag in operation["tags"]:
                    self._operations.setdefault(tag, []).append((path, verb, operation))

    def parts(self, title: str) -> Iterator[str]:
        yield f'<nav><h1>{title}</h1><a href="openapi.json">openapi.json</a>'
        for tag in self._document["tags"]:
            yield f"<h2>{escape(tag['name'])}</h2><ul>"
            for _, verb, operation in self._operations.get(tag["name"], []):
                yield (
                    f'<li><a href="#{operation["operationId"]}"><span class="verb {verb}">'
                    f"{verb.upper()}</span>{escape(_words(operation['operationId']))}</a></li>"
                )
            yield "</ul>"
        yield '<h2>schemas</h2><ul><li><a href="#schemas">All schemas</a></li></ul></nav>'
        yield f"<main><header><h1>{title}</h1>"
        for paragraph in self._document["info"]["description"].split("\n\n"):
            yield f"<p>{_marked(paragraph)}</p>"
        yield "</header>"
        for tag in self._document["tags"]:
            yield f'<section id="tag-{escape(tag["name"])}"><h2>{escape(_words(tag["name"]))}</h2>'
            yield f"<p>{_marked(tag['description'])}</p>"
            for path, verb, operation in self._operations.get(tag["name"], []):
                yield from self._operation(path, verb, operation)
            yield "</section>"
        yield '<section id="schemas"><h2>Schemas</h2><p>What requests and answers are made of.</p>'
        for name, schema in self._document["components"]["schemas"].items():
            yield f'<article class="operation" id="schema-{name}"><header><h3>{name}</h3>'
            yield f'{_marked(schema.get("description", ""))}</header><div class="columns"><div>'
            yield from self._fields(schema)
            yield "</div></div></article>"
        yield "</section></main>"

    def _operation(self, path: str, verb: str, operation: Json) -> Iterator[str]:
        right = operation["x-permission"] or "signed in"
        right = "public" if operation.get("security") == [] else right
        yield (
            f'<article class="operation" id="{operation["operationId"]}"><header>'
            f'<span class="right">{escape(right)}</span><h3>{_marked(operation["summary"])}</h3>'
            f'<span class="verb {verb}">{verb.upper()}</span> '
            f'<span class="path">{escape(path)}</span></header><div class="columns"><div>'
        )
        if operation.get("description"):
            yield f"<p>{_marked(operation['description'])}</p>"
        if parameters := [self._found(p) for p in operation.get("parameters", [])]:
            yield "<h4>Parameters</h4><table>"
            for one in parameters:
                yield self._row(one["name"], one["schema"], one["required"], f"{one['in']} · ", one)
            yield "</table>"
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            yield f"<h4>Body · {self._type(body['schema'])}</h4>"
            yield from self._fields(self._found(body["schema"]))
        yield "<h4>Answers</h4><table>"
        for status, answer in operation["responses"].items():
            description = _marked(self._found(answer)["description"])
            yield f"<tr><td><code>{status}</code></td><td>{description}</td></tr>"
        yield "</table></div><div>"
        if body is not None:
            yield f"<h4>Request</h4>{_code(body['example'])}"
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                if status.startswith("2") and "example" in content:
                    yield f"<h4>{status}</h4>{_code(content['example'])}"
        yield "</div></div></article>"

    def _fields(self, schema: Json) -> Iterator[str]:
        yield "<table>"
        for name, field in schema.get("properties", {}).items():
            yield self._row(name, field, name in schema.get("required", []), "", field)
        if "enum" in schema:
            yield f"<tr><td>one of</td><td>{self._type(schema)}</td></tr>"
        yield "</table>"

    def _row(self, name: str, schema: Json, required: bool, place: str, said: Json) -> str:
        must = ' <span class="must">required</span>' if required else ""
        return (
            f"<tr><td><code>{escape(name)}</code>{must}</td><td>"
            f'<span class="type">{place}{self._type(schema)}</span>'
            f"<div>{_marked(said.get('description', ''))}</div></td></tr>"
        )

    def _found(self, value: Json) -> Json:
        """What a `$ref` leads to."""
        found: Json = value
        if "$ref" in value:
            found = self._document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
        return found

    def _type(self, schema: Json) -> str:
        if "$ref" in schema:
            name = escape(schema["$ref"].rpartition("/")[2])
            return f'<a href="#schema-{name}">{name}</a>'
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return " or ".join(self._type(one) for one in schema[union])
        if "enum" in schema:
            return " · ".join(f"<code>{escape(str(v))}</code>" for v in schema["enum"])
        if "const" in schema:
            return f"<code>{escape(json.dumps(schema['const']))}</code>"
        kinds = schema.get("type", "any")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if "array" in kinds and "items" in schema:
            inside = f"list of {self._type(schema['items'])}"
            return " or ".join([inside, *(k for k in kinds if k != "array")])
        return escape(" or ".join([*kinds, *_limits(schema)]).replace(" or (", " ("))


def _limits(schema: Json) -> Iterator[str]:
    if "format" in schema:
        yield f"({schema['format']})"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        yield f"({'' if low is None else low}…{'' if high is None else high})"
    if "maxLength" in schema:
        yield f"(at most {schema['maxLength']} characters)"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _marked(text: str) -> str:
    """Text with its `code` marked."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _code(example: Any) -> str:
    return f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False), quote=False)}</pre>"
