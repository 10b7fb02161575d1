"""What the double answers with, in the dialect it was asked in.

The XML of the second generation is known; of the first only the addresses are, so its questions get the answers of the
second. What an error looks like is known of neither: here it is a list of rejects with code and description, as the
adapter between them has. Errors of the JSON dialect are problem details (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from lxml import etree
from starlette.responses import JSONResponse, Response

from gateway.simulator.upstream.errors import Refused

Dialect = Literal["xml", "json"]

_PROBLEM = "application/problem+json"
_XML = "application/xml"


def document(root: etree._Element, status: int = 200) -> Response:
    """An XML answer."""
    return Response(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), status, media_type=_XML)


def packet(service: str, name: str, id_: int, status: int | None = None) -> Response:
    """`<{name}><packet><id/><status/></packet></{name}>` in the namespace of a service."""
    root = etree.Element(f"{{{service}}}{name}", nsmap={None: service})
    told = etree.SubElement(root, f"{{{service}}}packet")
    etree.SubElement(told, f"{{{service}}}id").text = str(id_)
    if status is not None:
        etree.SubElement(told, f"{{{service}}}status").text = str(status)
    return document(root)


def refusal(problem: Refused, dialect: Dialect) -> Response:
    """Why a request was not taken."""
    return failure(dialect, problem.status, problem.code, str(problem))


def failure(
    dialect: Dialect, status: int, code: str, why: str, headers: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """Any answer that is no good news."""
    if dialect == "json":
        body: dict[str, Any] = {
            "type": f"urn:otklik:upstream:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": why,
        }
        return JSONResponse(body, status, headers=headers, media_type=_PROBLEM)
    root = etree.Element("rejects")
    reject = etree.SubElement(root, "reject")
    etree.SubElement(reject, "code").text = code
    etree.SubElement(reject, "description").text = "".join(c if c.isprintable() else " " for c in why)
    answer = document(root, status)
    answer.headers.update(headers or {})
    return answer


def garbage(dialect: Dialect) -> Response:
    """An answer that says all is well and cannot be read."""
    octets = b'{"packet": ' if dialect == "json" else b"<RatesResponse><packet><id>"
    return Response(octets, media_type="application/json" if dialect == "json" else _XML)
