"""The web application: API, pages, health, metrics."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST

from service.web import (
    account_pages,
    admin_pages,
    alert_desk,
    alert_list,
    api,
    collection,
    error_pages,
    export,
    foresight,
    indicators,
    learning,
    login_pages,
    metrics,
    outbox,
    pages,
    problems,
    reports,
    review,
    search,
    subscriptions,
    summary,
    syndication,
    warnings,
)
from service.web.deps import Site
from service.web.intake import Intake
from service.web.once import Once
from service.web.openapi import document
from service.web.parameters import known_parameters
from service.web.security import guard, national, second_factor_first, secured, site_of
from service.web.typed import keep_typed

READY_SECONDS = 3.0  # who asks gives up a little later (HEALTHCHECK of the image)
SLOW = f"the database does not answer within {READY_SECONDS:.0f} seconds"
DESCRIPTION = """What the press and the public say about social insurance in Việt Nam, and the alerts that follow.

A token (`Authorization: Bearer ...`, made with `radar tokens create`) is needed for every write, and for every read
that does not come from the machine itself on a site that only it reaches. What a person answers for (subscriptions,
webhooks, review, answers of the desk, receipts of warnings) takes the session of an account in place of it, and
refuses every token. Errors are RFC 9457 problem details. Lists go on with `cursor`. Counts are of independent origins;
copies are counted apart. Times are ISO 8601 in UTC."""


# a router with the paths of programs is described in the OpenAPI document and refuses parameters that it does not know
OPERATIONS = (
    export.router, api.router, api.writes, collection.router, collection.hooks, alert_list.reads, alert_desk.reads,
    alert_desk.writes, outbox.writes, subscriptions.api, review.api, syndication.router, foresight.router,
    foresight.writes, indicators.reads, indicators.exports, learning.reads, learning.writes, reports.exports,
    summary.reads, summary.exports, warnings.reads, warnings.writes,
)  # fmt: skip
PAGES = (
    alert_list.pages, alert_desk.pages, collection.pages, outbox.pages, subscriptions.pages, review.pages,
    foresight.pages, indicators.pages, reports.pages, search.router, summary.pages, learning.pages, warnings.pages,
    pages.router, login_pages.router, account_pages.router, admin_pages.router,
)  # fmt: skip


class Application(FastAPI):
    """The application with the document of its API."""

    def openapi(self) -> dict[str, Any]:
        return api_document()


@cache
def api_document() -> dict[str, Any]:
    """The OpenAPI document, made once a process, when it is first asked for; no installation is needed."""
    return document(OPERATIONS, title="BHXH Radar", version="1", description=DESCRIPTION)


def make_app(site: Site) -> FastAPI:
    """The application on what bootstrap hands over."""
    app = Application(
        docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        dependencies=[Depends(second_factor_first), Depends(keep_typed)],
    )  # fmt: skip
    app.state.site = site
    app.state.asking = CapacityLimiter(2)
    problems.install(app, error_pages, secured)
    # the last one is the first to be asked
    app.add_middleware(Once)
    app.add_middleware(Intake)
    app.middleware("http")(guard)
    for router in OPERATIONS:
        app.include_router(router, dependencies=[Depends(known_parameters)])
    for router in PAGES:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    _add_probes(app, site)
    return app


def _add_probes(app: FastAPI, site: Site) -> None:
    """What machines ask: alive, ready, figures of the service itself."""

    app.add_route("/healthz", healthz, include_in_schema=False)
    app.add_route("/readyz", readyz, include_in_schema=False)

    @app.get("/metrics", include_in_schema=False, dependencies=[Depends(national)])
    def prometheus(request: Request) -> Response:
        return Response(metrics.exposition(site), media_type=CONTENT_TYPE_LATEST)


async def healthz(_: Request) -> Response:
    """The process lives. Neither the database nor a thread is needed for that: all may wait for one that is slow."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """Whether requests may come: in time also where the database answers nobody, in no thread of the pages."""
    told: dict[str, object] = {"ready": False, "detail": SLOW, "seconds_since_round": {}}
    with move_on_after(READY_SECONDS):
        told = await to_thread.run_sync(
            _readiness, site_of(request), abandon_on_cancel=True, limiter=request.app.state.asking
        )
    return JSONResponse(told, status_code=200 if told["ready"] else 503)


def _readiness(site: Site) -> dict[str, object]:
    wrong = site.read.ready()
    # this process is ready whether or not the others are at work: who asks may judge that
    ages = {} if wrong else site.rounds()
    rounds = {role: None if age is None else age.total_seconds() for role, age in ages.items()}
    return {"ready": not wrong, "detail": wrong, "seconds_since_round": rounds}
