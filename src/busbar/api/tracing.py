"""Follows requests that were let in, where somebody follows. Knows no library of traces, and records no header."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from busbar.telemetry.ports import Tracer


class Tracing:
    """A middleware behind the one that lets requests in: nobody unknown makes traces."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside its trace; what is open to all is not followed."""
        if scope["type"] != ScopeType.HTTP or scope.get("user") is None:
            await self._app(scope, receive, send)
            return
        parent = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
        name = f"{scope['method']} {scope.get('path_template') or scope['path']}"
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracer.request(name, parent.decode("latin-1")) as trace:
            try:
                await self._app(scope, receive, note)
            finally:
                if trace is not None:
                    trace.end(str(status), failed=status >= 500)
