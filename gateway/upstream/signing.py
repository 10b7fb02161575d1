"""The signature of a request: who shares the secret can tell that it is ours, and when it was made.

Pure. The header is `X-Otklik-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. The time is under the
signature, so a request that somebody caught is worth nothing later.
"""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE = "X-Otklik-Signature"


def signature(secret: bytes, at: int, body: bytes) -> str:
    """The header's value; `at` is in Unix seconds."""
    digest = hmac.new(secret, b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
