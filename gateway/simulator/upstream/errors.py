"""Why the double refuses what was sent: each with its HTTP status and a short code that a program can tell apart."""

from __future__ import annotations

from gateway.errors import GatewayError


class UpstreamDoubleError(GatewayError):
    """The double cannot start or cannot do what its control was told."""


class Refused(UpstreamDoubleError):
    """A request that is not taken; `code` names the reason, `status` is that of HTTP."""

    code = "refused"
    status = 400


class Unreadable(Refused):
    """The body is no XML or JSON, or has what no body needs: a document type, entities, too deep a nesting."""

    code = "unreadable"


class AgainstSchema(Refused):
    """The body can be read and is not what the schema asks for."""

    code = "schema"
    status = 422


class TooLarge(Refused):
    """More octets than are taken at once; the rest is not read."""

    code = "too-large"
    status = 413


class NotSigned(Refused):
    """A signature is missing, old or wrong."""

    code = "signature"
    status = 401


class KeyReused(Refused):
    """An Idempotency-Key that came before with another body."""

    code = "key-reused"
    status = 422


class NotHere(Refused):
    """There is no such packet or form."""

    code = "not-found"
    status = 404


class Unprocessable(Refused):
    """One of the ratings cannot be taken, and nobody says which."""

    code = "unprocessable"
    status = 422
