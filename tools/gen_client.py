"""Generate the types of the browser's client from the OpenAPI document: one interface per schema, one line per route.

python tools/gen_client.py           write web/shared/src/api/schema.ts
python tools/gen_client.py --check   fail where the committed file differs
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.gen_docs import openapi

from busbar.api.document import METHODS

TARGET = Path(__file__).parent.parent / "web/shared/src/api/schema.ts"
HEAD = "// Generated from the OpenAPI document by tools/gen_client.py. Do not edit.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


def typed(schema: dict[str, Any]) -> str:
    """Return the TypeScript type of a schema."""
    if "$ref" in schema:
        return named(schema["$ref"].rsplit("/", 1)[1])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return either(json.dumps(value) for value in schema["enum"])
    if parts := schema.get("oneOf") or schema.get("anyOf"):
        return either(typed(part) for part in parts)
    kind = schema.get("type")
    if isinstance(kind, list):
        return either(typed(schema | {"type": each}) for each in kind)
    if kind == "array":
        inner = typed(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if kind == "object" or "properties" in schema:
        return object_type(schema)
    return PLAIN.get(str(kind), "unknown")


def either(types: Iterator[str]) -> str:
    """Return the union of types, each once."""
    return " | ".join(dict.fromkeys(types)) or "never"


def object_type(schema: dict[str, Any]) -> str:
    """Return an object's type, in one line."""
    if not (properties := schema.get("properties")):
        more = schema.get("additionalProperties")
        return f"Record<string, {typed(more) if isinstance(more, dict) else 'unknown'}>"
    return "{ " + "; ".join(fields(properties, schema.get("required", ()))) + " }"


def fields(properties: dict[str, Any], required: Any) -> Iterator[str]:
    """Yield the fields of an object."""
    for name, schema in properties.items():
        key = name if IDENTIFIER.fullmatch(name) else json.dumps(name)
        yield f"{key}{'' if name in required else '?'}: {typed(schema)}"


def named(name: str) -> str:
    """Return a schema's name as an identifier."""
    return re.sub(r"\W+", "_", name)


def route(operation: dict[str, Any]) -> str:
    """Return what a route takes and gives."""
    taken = {"path": [], "query": []}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in taken:
            taken[parameter["in"]].append(parameter)
    parts = [
        f"{place}: {object_type({'properties': {p['name']: p['schema'] for p in found}, 'required': wanted(found)})}"
        for place, found in taken.items()
        if found
    ]
    if body := operation.get("requestBody"):
        content = next(iter(body["content"].values()))
        parts.append(f"body{'' if body.get('required') else '?'}: {typed(content.get('schema', {}))}")
    good = [answer for code, answer in operation["responses"].items() if code[0] == "2"]
    contents = [content for answer in good for content in answer.get("content", {}).values()]
    parts.append(f"answer: {either(typed(content.get('schema', {})) for content in contents) if contents else 'void'}")
    return "{ " + "; ".join(parts) + " }"


def wanted(parameters: list[dict[str, Any]]) -> list[str]:
    """Return the names of the parameters that must be given."""
    return [parameter["name"] for parameter in parameters if parameter.get("required")]


def client(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the file."""
    yield HEAD
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "properties" in schema:
            yield f"export interface {named(name)} {{"
            yield from (f"  {field};" for field in fields(schema["properties"], schema.get("required", ())))
            yield "}\n"
        else:
            yield f"export type {named(name)} = {typed(schema)};\n"
    yield "export interface Routes {"
    for path, operations in sorted(document["paths"].items()):
        for method in METHODS:
            if method in operations:
                yield f"  {json.dumps(f'{method.upper()} {path}')}: {route(operations[method])};"
    yield "}"


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = "\n".join(client(openapi())) + "\n"
    if not check:
        TARGET.write_text(text)
        return 0
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    print(f"{TARGET} is stale: run make gen", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
