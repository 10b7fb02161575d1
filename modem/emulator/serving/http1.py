"""Just enough HTTP/1.1 for the control port: requests out of bytes, responses into bytes (RFC 9112).

Pure, so that the control port lives in the emulator's one loop and needs no thread of its own. Bodies need a
Content-Length; chunked requests are refused with 501.
"""

from dataclasses import dataclass
from http import HTTPStatus

MAX_HEAD = 16_384
MAX_BODY = 1 << 20
_ONCE = frozenset({"host", "content-length", "content-type", "origin"})


class BadRequest(Exception):
    """What arrived is no request this port takes; `status` is the answer's, the connection ends after it."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `target` is path and query as sent, `media_type` the body's, without parameters."""

    method: str
    target: str
    body: bytes
    keep_alive: bool
    host: str = "127.0.0.1"
    origin: str | None = None
    media_type: str = ""


def take_request(buffer: bytearray) -> Request | None:
    """Cut one whole request off the front of `buffer`; None if more bytes are needed; BadRequest."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAX_HEAD:
            raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request head is too long.")
        return None
    first, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(HTTPStatus.BAD_REQUEST, "This is not an HTTP/1.1 request.")
    fields = _fields(lines)
    if "host" not in fields:
        raise BadRequest(HTTPStatus.BAD_REQUEST, "The request has no Host header (RFC 9112 §3.2).")
    if "transfer-encoding" in fields:
        raise BadRequest(HTTPStatus.NOT_IMPLEMENTED, "Send the body with a Content-Length.")
    given = fields.get("content-length", "0")
    if not given.isascii() or not given.isdecimal():
        raise BadRequest(HTTPStatus.BAD_REQUEST, "Content-Length is not a number.")
    length = int(given) if len(given) < 10 else MAX_BODY + 1
    if length > MAX_BODY:
        raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is over {MAX_BODY} octets.")
    if len(buffer) < end + 4 + length:
        return None
    body = bytes(buffer[end + 4 : end + 4 + length])
    del buffer[: end + 4 + length]
    connection = fields.get("connection", "").lower()
    keep_alive = connection != "close" if words[2] == "HTTP/1.1" else connection == "keep-alive"
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    return Request(words[0], words[1], body, keep_alive, fields["host"], fields.get("origin"), media_type)


def _fields(lines: list[str]) -> dict[str, str]:
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(HTTPStatus.BAD_REQUEST, "A header line has no colon.")
        key = name.strip().lower()
        if key in _ONCE and key in fields:
            raise BadRequest(HTTPStatus.BAD_REQUEST, f"{name} is given twice.")
        fields[key] = value.strip()
    return fields


def response(
    status: HTTPStatus, body: bytes, media_type: str, keep_alive: bool, *, allow: str = "", head_only: bool = False
) -> bytes:
    """A response as bytes; `allow` lists methods after 405, `head_only` answers HEAD: the length and nothing of it."""
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if allow:
        head.append(f"Allow: {allow}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + (b"" if head_only else body)
