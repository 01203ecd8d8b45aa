"""The OpenAPI document: Litestar's, with problems as every operation's failure. Serves JSON only, no foreign page."""

import re
from typing import Any, Final

from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from busbar import __version__
from busbar.api.auth import PUBLIC
from busbar.api.problems import MEDIA_TYPE

OPEN: Final = ("/healthz", "/readyz", "/metrics", "/login", "/login/ticket", "/logout")
METHODS: Final = ("get", "post", "patch", "put", "delete")
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457). `type` is `urn:problem-type:busbar:` and the kind.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Which inputs are wrong, and why.",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
        "id": {"type": "string", "description": "Where the server failed: the id in its log."},
        "command": {"$ref": "#/components/schemas/Command"},
    },
}
_FAILURE: Final = {
    "description": "What went wrong.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


# Litestar names a generic type by its module; a client's generated code should not.
_PAGE: Final = re.compile(rb"Page_busbar\.[\w.]+\.(\w+?)_(?=\W)")


class Document(JsonRenderPlugin):
    """Render the document as JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Render the document."""
        return _PAGE.sub(rb"\1Page", self.render_json(request, with_problems(openapi_schema)))


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the document with this interface's own form of failure in place of Litestar's."""
    schemas = schema["components"]["schemas"] | {"Problem": _PROBLEM}
    paths = {
        path: {name: _mended(part, path) if name in METHODS else part for name, part in operations.items()}
        for path, operations in schema["paths"].items()
    }
    return schema | {"components": schema["components"] | {"schemas": schemas}, "paths": paths}


def _mended(operation: dict[str, Any], path: str) -> dict[str, Any]:
    answers = {code: answer for code, answer in operation["responses"].items() if code[0] in "23"}
    operation = operation | {"responses": answers | {"default": _FAILURE}}
    return operation | {"security": []} if path in OPEN else operation


def _operation_id(handler: HTTPRouteHandler, *_: Any) -> str:
    """Name an operation after its function: `list_sites` is `listSites`."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.title() for word in rest)


def config() -> OpenAPIConfig:
    """Return what Litestar needs to know to write the document."""
    return OpenAPIConfig(
        title="Busbar",
        version=__version__,
        description=(
            "Charging stations, sites, sessions, tokens and commands. Times are RFC 3339, UTC; energies Wh; powers W. "
            "Lists are paged: send `next` of a page as `cursor`. Failures are problem documents (RFC 9457)."
        ),
        openapi_router=Router("/openapi.json", route_handlers=[], opt={PUBLIC: True}, include_in_schema=False),
        operation_id_creator=_operation_id,
        render_plugins=[Document(path="/")],
        components=Components(
            security_schemes={
                "key": SecurityScheme(
                    type="http", scheme="bearer", bearer_format="bbk_…", description="An API key, as it was shown once."
                )
            }
        ),
        security=[{"key": []}],
    )
