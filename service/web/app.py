"""The web application: API, pages, health, metrics."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST

from service.web import (
    account_pages,
    admin_pages,
    alert_desk,
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
from service.web.parameters import known_parameters
from service.web.security import guard, national, second_factor_first, secured
from service.web.typed import keep_typed

DESCRIPTION = """What the press and the public say about social insurance in Việt Nam, and the alerts that follow.

A token (`Authorization: Bearer ...`, made with `radar tokens create`) is needed for every write, and for every read
that does not come from the machine itself on a site that only it reaches. What a person answers for (subscriptions,
webhooks, review, answers of the desk, receipts of warnings) takes the session of an account in place of it, and
refuses every token. Errors are RFC 9457 problem details. Lists go on with `cursor`. Counts are of independent origins;
copies are counted apart. Times are ISO 8601 in UTC."""


# a router with the paths of programs is described in the OpenAPI document and refuses parameters that it does not know
OPERATIONS = (
    export.router, api.router, api.writes, collection.router, collection.hooks, alert_desk.reads, alert_desk.writes,
    outbox.writes, subscriptions.api, review.api, syndication.router, foresight.router, foresight.writes,
    indicators.reads, indicators.exports, learning.reads, learning.writes, reports.exports, summary.reads,
    summary.exports, warnings.reads,
    warnings.writes,
)  # fmt: skip
PAGES = (
    alert_desk.pages, collection.pages, outbox.pages, subscriptions.pages, review.pages, foresight.pages,
    indicators.pages, reports.pages, search.router, summary.pages, learning.pages, warnings.pages, pages.router,
    login_pages.router, account_pages.router, admin_pages.router,
)  # fmt: skip


def make_app(site: Site) -> FastAPI:
    """The application on what bootstrap hands over."""
    app = FastAPI(
        title="BHXH Radar", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", dependencies=[Depends(second_factor_first), Depends(keep_typed)],
    )  # fmt: skip
    app.state.site = site
    problems.install(app, error_pages, secured)
    # the last one is the first to be asked
    app.add_middleware(Once)
    app.add_middleware(Intake)
    app.middleware("http")(guard)
    for router in OPERATIONS:
        app.include_router(router, responses=problems.PROBLEMS, dependencies=[Depends(known_parameters)])
    for router in PAGES:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    _add_probes(app, site)
    return app


def _add_probes(app: FastAPI, site: Site) -> None:
    """What machines ask: alive, ready, figures of the service itself."""

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        wrong = site.read.ready()
        # this process is ready whether or not the others are at work: who asks may judge that
        ages = {} if wrong else site.rounds()
        rounds = {role: None if age is None else age.total_seconds() for role, age in ages.items()}
        told = {"ready": not wrong, "detail": wrong, "seconds_since_round": rounds}
        return JSONResponse(told, status_code=503 if wrong else 200)

    @app.get("/metrics", include_in_schema=False, dependencies=[Depends(national)])
    def prometheus(request: Request) -> Response:
        return Response(metrics.exposition(site), media_type=CONTENT_TYPE_LATEST)
