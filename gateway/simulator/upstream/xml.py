"""XML as the double reads it: nothing is looked up outside, nothing is expanded, nothing grows.

`parse` refuses a document type before anything of it is used, so there is no entity to expand and none to fetch;
`validate` holds a document to one of the schemas beside this module.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

from lxml import etree

from gateway.simulator.upstream.errors import AgainstSchema, Unreadable

RATES = "http://vashkontrol.ru/service/rates/1.2.0"
PACKETS = "http://vashkontrol.ru/service/packets/1.2.0"
FORMS = "http://vashkontrol.ru/service/forms/1.2.0"
EVENTS = "http://vashkontrol.ru/service/events/1.2.0"
LEGACY = "http://vashkontrol.ru#"

_SCHEMAS = {RATES: "rates", PACKETS: "packets", FORMS: "forms", EVENTS: "events", LEGACY: "legacy"}
_ERRORS_TOLD = 3
_VALIDATING = Lock()


def schema_folder() -> Path:
    """Where the schemas are, for whoever wants to hold something to them."""
    return Path(str(files("gateway.simulator.upstream") / "schemas"))


@cache
def schema(namespace: str) -> etree.XMLSchema:
    """The schema of a namespace. KeyError if there is none."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(str(schema_folder() / f"{_SCHEMAS[namespace]}.xsd"), parser))


def parse(body: bytes) -> etree._Element:
    """The root of a document. Raises Unreadable."""
    parser = etree.XMLParser(
        no_network=True, resolve_entities=False, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as problem:
        raise Unreadable(f"The body is no XML that is taken: {problem.msg}.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("The body declares a document type, which no document here needs.")
    return root


def validate(root: etree._Element) -> None:
    """Raises AgainstSchema with the first faults, each with its line, unless the document is valid."""
    namespace = etree.QName(root).namespace
    if namespace not in _SCHEMAS:
        raise AgainstSchema(f"There is no schema for the document {etree.QName(root).text}.")
    found = schema(namespace)
    with _VALIDATING:  # a schema keeps the faults it found, and two at once would mix them
        if found.validate(root):
            return
        faults = [f"line {fault.line}: {fault.message}" for fault in found.error_log][:_ERRORS_TOLD]
    raise AgainstSchema("; ".join(faults))


def name(root: etree._Element) -> tuple[str, str]:
    """The namespace and the name of an element."""
    qname = etree.QName(root)
    return qname.namespace or "", qname.localname
