"""The public page of the double: what people said, by region, office, service and criterion; and the same as JSON.

Everything that came with a rating is a stranger's text: the template escapes all of it, and the page may load
nothing, show itself in no style but its own, and run nothing at all.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import cache
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gateway.simulator.upstream import charts
from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.figures import PAGE, Figures, Results, Selection, selection
from gateway.statistics.summary import SMALL_SAMPLE

ROWS = 15
"""Of a table, unless all are asked for."""

_MOST_DIGITS = 9


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("gateway.simulator.upstream"), autoescape=True, undefined=StrictUndefined)


def _policy() -> dict[str, str]:
    """What a browser may do with what it gets. The style is inside the page, which so can be saved as one file, and is
    the only one that is taken."""
    style = _templates().get_template("style.css").render().encode()
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def routes(double: Double) -> list[Route]:
    """What the public may look at."""
    page, policy = _templates().get_template("page.html"), _policy()
    figures = Figures(double.kept, lambda: double.form)

    async def show(request: Request) -> Response:
        chosen, said = selection(request.query_params)
        results = figures.results(chosen)
        number, pages = _page(request, results)
        form = double.form
        context = {
            "chosen": asdict(chosen),
            "choices": figures.choices(),
            "comments": figures.comments(chosen, number),
            "filtered": chosen != Selection(),
            "form": form,
            "link": _links(chosen),
            "monthly": bool(results.trend) and len(results.trend[0].key) == len("2017-09"),
            "page": number,
            "pages": pages,
            "results": results,
            "rows": ROWS,
            "said": said,
            "small": SMALL_SAMPLE,
            "titles": form.titles,
            "trend": charts.trend(results.trend),
            "whole_tables": request.query_params.get("tables") == "all",
        }
        return HTMLResponse(page.render(context), headers=policy)

    async def results(request: Request) -> Response:
        chosen, said = selection(request.query_params)
        told = {"selection": asdict(chosen), "not_understood": said, **figures.results(chosen).as_json()}
        return JSONResponse(told, headers=policy)

    async def comments(request: Request) -> Response:
        chosen, _ = selection(request.query_params)
        number, pages = _page(request, figures.results(chosen))
        told = [asdict(one) for one in figures.comments(chosen, number)]
        return JSONResponse({"page": number, "pages": pages, "comments": told}, headers=policy)

    def route(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(path, handler, methods=["GET"])

    return [route("/", show), route("/api/results", results), route("/api/comments", comments)]


def _page(request: Request, results: Results) -> tuple[int, int]:
    """The page of comments that is asked for, as far as there is one, and how many there are."""
    pages = max(1, -(-results.comments // PAGE))
    text = request.query_params.get("page", "1")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 1
    return min(max(1, wanted), pages), pages


def _links(chosen: Selection) -> Callable[..., str]:
    """Makes the address of the same selection with something changed."""

    def link(path: str = "/", **changes: object) -> str:
        query = {**asdict(chosen), **changes}
        encoded = urlencode({name: value for name, value in query.items() if value != ""})
        return f"{path}?{encoded}" if encoded else path

    return link
