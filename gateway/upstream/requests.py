"""What is asked of an upstream beside taking ratings, in each dialect, and at which address.

Pure.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from gateway.upstreamsettings import Format

POST_PATHS: dict[Format, str] = {"rates-xml": "/rates", "legacy-xml": "/rates", "json": "/ratings"}
FORM_PATHS: dict[Format, str] = {"rates-xml": "/forms", "legacy-xml": "/current-form", "json": "/form"}
CONTENT_TYPES: dict[Format, str] = {
    "rates-xml": "application/xml",
    "legacy-xml": "application/xml",
    "json": "application/json",
}
_PACKETS = "http://vashkontrol.ru/service/packets/1.2.0"
_FORMS = "http://vashkontrol.ru/service/forms/1.2.0"


def packet_request(dialect: Format, packet: str, vendor: str) -> tuple[str, bytes | None]:
    """How a packet is asked about: the path, and what is posted there; None: it is a GET."""
    match dialect:
        case "json":
            return f"/packets/{packet}", None
        case "legacy-xml":
            return f"/check-packet/{packet}", None
        case "rates-xml":
            body = f"<vendor id={quoteattr(vendor)}/><packet-id>{escape(packet)}</packet-id>"
            return "/packets", _document("PacketsRequest", _PACKETS, body)


def form_request(dialect: Format, vendor: str) -> bytes | None:
    """What is posted to ask for the form; None: it is a GET."""
    if dialect != "rates-xml":
        return None
    body = f"<vendor id={quoteattr(vendor)}/><form-type>DIRECT</form-type>"
    return _document("FormsRequest", _FORMS, body)


def _document(root: str, namespace: str, body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}">{body}</{root}>\n'.encode()
