"""The public page of the double: what people said, by region, office, service and criterion; and the same as JSON.

Everything that came with a rating is a stranger's text: the template escapes all of it, and the page may load
nothing but its own style sheet, and run nothing at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gateway.simulator.upstream import charts
from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.figures import PAGE, Figures, Results, Selection, selection
from gateway.statistics.summary import SMALL_SAMPLE

ROWS = 15
"""Of a table, unless all are asked for."""

_POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_MOST_DIGITS = 9


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("gateway.simulator.upstream"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html")


def routes(double: Double) -> list[Route]:
    """What the public may look at."""
    page = _template()
    style = (files("gateway.simulator.upstream") / "templates" / "style.css").read_bytes()
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
        return HTMLResponse(page.render(context), headers=_POLICY)

    async def results(request: Request) -> Response:
        chosen, said = selection(request.query_params)
        told = {"selection": asdict(chosen), "not_understood": said, **figures.results(chosen).as_json()}
        return JSONResponse(told, headers=_POLICY)

    async def comments(request: Request) -> Response:
        chosen, _ = selection(request.query_params)
        number, pages = _page(request, figures.results(chosen))
        told = [asdict(one) for one in figures.comments(chosen, number)]
        return JSONResponse({"page": number, "pages": pages, "comments": told}, headers=_POLICY)

    async def styled(request: Request) -> Response:
        return Response(style, media_type="text/css", headers={**_POLICY, "Cache-Control": "max-age=3600"})

    def route(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(path, handler, methods=["GET"])

    return [
        route("/", show), route("/api/results", results), route("/api/comments", comments), route("/style.css", styled),
    ]  # fmt: skip


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
