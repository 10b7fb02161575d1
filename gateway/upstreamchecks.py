"""Looks at the ways up: files that can be used, certificates that last, an address that answers, and its form.

Nothing is posted but questions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
from cryptography import x509

from gateway import formfiles
from gateway.errors import GatewayError
from gateway.exchange.form import Form, differences
from gateway.finding import Finding
from gateway.upstream.answers import AnswerUnreadable
from gateway.upstream.building import transport_to
from gateway.upstream.outcomes import Answered
from gateway.upstream.targets import HttpTarget
from gateway.upstream.theirform import their_form
from gateway.upstream.verdicts import hindrance
from gateway.upstreamsettings import TlsSettings, UpstreamSettings
from scheduler.clock import Clock

_NEAR_ITS_END = timedelta(days=30)
_WAIT_S = 10.0


def examine_upstream(
    settings: UpstreamSettings, clock: Clock, wire: httpx2.BaseTransport | None = None
) -> Iterator[Finding]:
    """Everything about one upstream."""
    what = f"upstream {settings.name}"
    try:
        form = formfiles.load(settings.form)
    except GatewayError as problem:
        yield Finding(what, str(problem), fault=True)
        return
    yield from _certificates(what, settings.tls, clock.now())
    if settings.spool is not None:
        yield _folder(what, settings.spool)
        return
    patient = settings.model_copy(update={"timeout_s": min(_WAIT_S, settings.timeout_s)})
    try:
        with transport_to(patient, clock, wire, attempts=1) as transport:
            outcome = HttpTarget(patient, transport, clock).form(settings.format, settings.vendor)
    except GatewayError as problem:
        yield Finding(what, str(problem), fault=True)
        return
    hindered = hindrance(outcome, clock.now())
    if hindered is not None or not isinstance(outcome, Answered) or outcome.status >= 300:
        why = f"upstream answers {outcome.status}" if isinstance(outcome, Answered) else ""
        text = hindered.reason if hindered is not None else why
        yield Finding(what, f"{settings.url}: {text}; check the address, the network and who we are there", fault=True)
        return
    yield from _compared(what, settings, form, outcome.body)


def _compared(what: str, settings: UpstreamSettings, ours: Form, body: bytes) -> Iterator[Finding]:
    try:
        theirs = their_form(settings.format, body, ours)
    except AnswerUnreadable as problem:
        yield Finding(what, f"{settings.url} answers, but its form cannot be read: {problem}", fault=True)
        return
    found = differences(ours, theirs)
    for difference in found:
        yield Finding(what, f"{difference}; write a form file as upstream has it and name it in form", fault=True)
    if not found:
        yield Finding(what, f"{settings.url} answers; its form is ours, {ours.version}")


def _certificates(what: str, tls: TlsSettings, now: datetime) -> Iterator[Finding]:
    for path in (tls.cert_file, tls.ca_file):
        if path is None:
            continue
        try:
            ends_at = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError) as problem:
            yield Finding(what, f"{path} cannot be read as certificates: {problem}", fault=True)
            continue
        left = ends_at - now
        text = f"{path} is valid until {ends_at:%Y-%m-%d}"
        if left < _NEAR_ITS_END:
            text = f"{path} {'has ended' if left < timedelta(0) else 'ends'} on {ends_at:%Y-%m-%d}; renew it"
        yield Finding(what, text, fault=left < _NEAR_ITS_END)


def _folder(what: str, folder: Path) -> Finding:
    place = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not place.is_dir() or not os.access(place, os.W_OK):
        return Finding(what, f"the folder {folder} cannot be written to; change its owner or spool", fault=True)
    return Finding(what, f"puts files into {folder}")
