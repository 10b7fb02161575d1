"""One other side that is spoken to by HTTP: time-outs, TLS, signature, and what came of it as a value.

Only what was certainly not heard, or may be said again, is tried again here, within seconds (stamina). What takes
hours or days is in the database. Redirects are not followed: a rating goes where the configuration says. An answer is
read up to a limit, for the other side decides how long it is.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2
import stamina

from gateway.errors import UpstreamError
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.retrying import MOMENTARY, short_wait_s
from gateway.upstream.signing import SIGNATURE, signature
from gateway.upstreamsettings import TlsSettings
from scheduler.clock import Clock

MOST_ANSWER = 4 * 1024 * 1024
"""Octets of an answer that are read."""
ATTEMPTS = 3
"""How often a request is made within seconds before the row waits for minutes."""
_CONNECT_S = 5.0
_USER_AGENT = "otklik"
_TLS_FILES = {"KEY_VALUES_MISMATCH": "the key belongs to another certificate"}
_REFUSALS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


class _Again(Exception):
    """Tells stamina that a request may be made again."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class Transport:
    """The way to one address. `wire` stands for the network in a simulation; `attempts` 1 leaves waiting to the row.

    Raises UpstreamError if certificates or the secret cannot be read.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        timeout_s: float = 30,
        tls: TlsSettings | None = None,
        secret_file: Path | None = None,
        wire: httpx2.BaseTransport | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._url = url
        self._clock = clock
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._secret = None if secret_file is None else read_secret(secret_file)
        self._hung_up = threading.Event()
        self._socket: socket.socket | None = None
        context = tls_context(tls or TlsSettings()) if url.startswith("https:") and wire is None else False
        self._client = httpx2.Client(
            verify=context,
            transport=wire,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
        )

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def hang_up(self) -> None:
        """End what is under way, and make no request any more; may be called from another thread."""
        self._hung_up.set()
        connected = self._socket
        if connected is not None:
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself

    def post(self, path: str, body: bytes, content_type: str, *, key: str | None = None, again: bool = True) -> Outcome:
        """Post to the address with `path` behind it, under the Idempotency-Key `key`.

        With `again` false a request that may have been heard is not made a second time.
        """
        headers = {"Content-Type": content_type}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self._request("POST", path, body, headers, again)

    def get(self, path: str) -> Outcome:
        return self._request("GET", path, b"", {}, True)

    # -- inside -------------------------------------------------------------------------------------------------

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str], again: bool) -> Outcome:
        def worth(problem: Exception) -> bool | float:
            if not isinstance(problem, _Again) or self._hung_up.is_set():
                return False
            return short_wait_s(problem.outcome, self._clock.now(), again=again)

        try:
            for attempt in stamina.retry_context(
                worth, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5
            ):
                with attempt:
                    outcome = self._once(method, path, body, headers)
                    if isinstance(outcome, Unsent | Lost) or (
                        isinstance(outcome, Answered) and outcome.status in MOMENTARY
                    ):
                        raise _Again(outcome)
                    return outcome
        except _Again as last:
            return last.outcome
        raise AssertionError("an attempt returns or raises")

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        if self._hung_up.is_set():
            return Unsent("the program is about to end")
        signed = dict(headers)
        if self._secret is not None:
            signed[SIGNATURE] = signature(self._secret, int(self._clock.now().timestamp()), body)
        until = self._clock.monotonic() + 2 * self._timeout_s
        try:
            with self._client.stream(
                method, self._url + path, content=body or None, headers=signed, extensions={"trace": self._trace}
            ) as response:
                return self._read(response, until)
        except httpx2.HTTPError as problem:
            return _outcome_of(problem)

    def _read(self, response: httpx2.Response, until: float) -> Answered:
        """The answer, as far as it is short and comes in time; it is an answer even if its body breaks off."""
        body = bytearray()
        whole = True
        try:
            for octets in response.iter_raw():
                body += octets
                if len(body) > MOST_ANSWER or self._clock.monotonic() > until:
                    whole = False
                    break
        except httpx2.HTTPError:
            whole = False
        retry_after = response.headers.get("Retry-After", "")
        return Answered(response.status_code, bytes(body[:MOST_ANSWER]), retry_after, whole)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the socket, so that it can be hung up, also in a later request on it."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._hung_up.is_set():
                self.hang_up()


def read_secret(path: Path) -> bytes:
    """The secret in a file, without the line's end. Raises UpstreamError if there is none."""
    try:
        secret = path.read_bytes().strip()
    except OSError as problem:
        raise UpstreamError(f"The secret file {path} cannot be read: {problem.strerror}.") from problem
    if not secret:
        raise UpstreamError(f"The secret file {path} is empty; write the secret that the other side knows into it.")
    return secret


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """Whom we trust and who we are. Raises UpstreamError if a file cannot be used."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except ssl.SSLError as problem:
        raise unusable_certificates(tls.ca_file, "there is no certificate in PEM in it") from problem
    except OSError as problem:
        raise unusable_certificates(tls.ca_file, problem.strerror) from problem
    if tls.cert_file is not None and tls.key_file is not None:
        try:
            context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_password)
        except OSError as problem:
            why = problem.strerror if not isinstance(problem, ssl.SSLError) else _TLS_FILES.get(problem.reason, problem)
            raise UpstreamError(
                f"The client certificate {tls.cert_file} with its key {tls.key_file} cannot be used: {why}."
            ) from problem
    return context


def unusable_certificates(path: Path | None, why: str | None) -> UpstreamError:
    return UpstreamError(f"The certificates in {path} cannot be used: {why}.")


def _no_password() -> str:
    """Instead of asking at a terminal that a daemon does not have."""
    return ""


def _outcome_of(problem: httpx2.HTTPError) -> Outcome:
    """What an error of the client says about whether the request was heard."""
    why = str(problem) or type(problem).__name__
    refusal = _tls_refusal(problem)
    if refusal is not None:
        return Distrusted(refusal)
    if isinstance(
        problem, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.LocalProtocolError
    ):
        return Unsent(why)
    return Lost(why)


def _tls_refusal(problem: BaseException) -> str | None:
    """Why TLS was refused, by us or by them; None if it was not."""
    connecting = isinstance(problem, httpx2.ConnectError)
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            reason = cause.reason or ""
            if connecting or any(word in reason for word in _REFUSALS):
                return str(problem)
        cause = cause.__cause__ or cause.__context__
    return None
