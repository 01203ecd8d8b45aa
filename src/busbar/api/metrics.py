"""The page of metrics, for scrapers that show a token of their own. It knows no metric, and no key of the interface."""

import hmac
from typing import Any, Final

from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from busbar.api.auth import PUBLIC
from busbar.api.backend import Observed
from busbar.api.problems import HANDLERS, Kind, Problem, missing

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="metrics"'}


@get("/metrics", opt={PUBLIC: True}, tags=["Status"], summary="Show metrics for Prometheus", media_type="text/plain")
async def metrics(
    request: Request[Any, Any, Any], observed: NamedDependency[SkipValidation[Observed]]
) -> Response[bytes]:
    """Write the page where it is on; a scraper shows the metrics token, which opens nothing else."""
    if observed.page is None:
        raise missing("page of metrics")
    token = observed.metrics_token
    shown = request.headers.get("Authorization", "")
    if token and not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise Problem(Kind.UNAUTHENTICATED, headers=_CHALLENGE)
    body, content_type = await observed.page(request.headers.get("Accept", ""))
    return Response(body, headers={"Content-Type": content_type})


def metrics_app(observed: Observed) -> Litestar:
    """Make an application that has this page and nothing else, for a port of its own."""
    routes: list[Any] = [metrics]
    return Litestar(
        route_handlers=routes,
        dependencies={"observed": Provide(lambda: observed, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
