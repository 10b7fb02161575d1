"""Looks at the ways up: files that can be used, certificates that last, an address that answers, and its form.

Nothing is posted but questions.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import formfiles
from gateway.directory import Directory
from gateway.errors import GatewayError
from gateway.exchange import signing
from gateway.exchange.form import Form, differences
from gateway.finding import Finding
from gateway.model import Service
from gateway.upstream.answers import AnswerUnreadable
from gateway.upstream.building import transport_to
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.retrying import MOMENTARY
from gateway.upstream.targets import HttpTarget
from gateway.upstream.theirform import their_form
from gateway.upstream.transport import unusable_certificates
from gateway.upstream.verdicts import hindrance
from gateway.upstreamsettings import UpstreamSettings
from scheduler.clock import Clock

if TYPE_CHECKING:
    import httpx2

_NEAR_ITS_END = timedelta(days=30)
_WAIT_S = 10.0


def examine_upstream(
    settings: UpstreamSettings, clock: Clock, wire: httpx2.BaseTransport | None = None, known: Directory | None = None
) -> Iterator[Finding]:
    """Everything about one upstream. `known` are the offices and services, if their files can be read."""
    what = f"upstream {settings.name}"
    try:
        form = formfiles.load(settings.form)
    except GatewayError as problem:
        yield Finding(what, str(problem), fault=True)
        return
    if known is not None:
        yield from _vendors(what, settings, known.offices)
        yield from _ids(what, known.services.values())
    yield from _signing(what, settings, clock.now())
    certificates = list(examine_certificates(what, (settings.tls.cert_file, settings.tls.ca_file), clock.now()))
    yield from certificates
    if settings.spool is not None:
        yield _folder(what, settings.spool)
        return
    patient = settings.model_copy(update={"timeout_s": min(_WAIT_S, settings.timeout_s)})
    try:
        with transport_to(patient, clock, wire, attempts=1) as transport:
            outcome = HttpTarget(patient, transport, clock).form(settings.format, settings.vendor)
    except GatewayError as problem:
        if str(problem) not in [finding.text for finding in certificates]:
            yield Finding(what, str(problem), fault=True)
        return
    hindered = hindrance(outcome, clock.now())
    if hindered is not None or not isinstance(outcome, Answered) or outcome.status >= 300:
        why = f"upstream answers {outcome.status}" if isinstance(outcome, Answered) else ""
        text = hindered.reason if hindered is not None else why
        yield Finding(what, f"{settings.url}: {text.rstrip('.')}; {_cure(outcome)}", fault=True)
        return
    yield from _compared(what, settings, form, outcome.body)


def _cure(outcome: Outcome) -> str:
    """What a person can do about an upstream that gives no form."""
    match outcome:
        case Unsent():
            return "check url and the network"
        case Distrusted():
            return "tls.ca_file has the certificate of who vouches for theirs, tls.cert_file with key_file is ours"
        case Lost():
            return "check the network; it may also want a certificate of ours (tls.cert_file and key_file)"
        case Answered(status=401 | 403):
            return "check who we are there: secret_file, vendor, tls.cert_file"
        case Answered(status=status) if status in MOMENTARY or status >= 500:
            return "that is theirs to mend; look again later"
        case Answered():
            return "check url, format and vendor"


def _vendors(what: str, settings: UpstreamSettings, offices: Collection[str]) -> Iterator[Finding]:
    unknown = sorted(set(settings.vendors) - set(offices))
    if unknown:
        text = f"vendors has offices that are not in the offices file: {', '.join(unknown)}; correct their codes"
        yield Finding(what, text, fault=True)


def _ids(what: str, services: Iterable[Service]) -> Iterator[Finding]:
    """Services that upstream cannot know: each rating of theirs would be refused by itself."""
    nameless = sorted(service.code for service in services if not (service.authority_id and service.service_id))
    if nameless:
        text = f"the services file gives no authority_id or service_id for {', '.join(nameless)}, and no rating of them"
        yield Finding(what, f"{text} is taken without; write their ids of the federal register", fault=True)


def _signing(what: str, settings: UpstreamSettings, now: datetime) -> Iterator[Finding]:
    """Whether the older envelope can be signed, and how long for."""
    if settings.format != "legacy-xml":
        return
    if settings.sign is None:
        yield Finding(what, "envelopes go up without a signature; give sign if they want one")
        return
    try:
        signing.examine(settings.sign)
    except GatewayError as problem:
        yield Finding(what, str(problem), fault=True)
    else:
        yield from examine_certificates(what, (settings.sign.cert_file,), now)


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


def examine_certificates(what: str, paths: Iterable[Path | None], now: datetime) -> Iterator[Finding]:
    """Whether files of certificates can be read, and are valid for some time."""
    for path in paths:
        if path is None:
            continue
        try:
            from cryptography import x509  # here: most commands look at no certificate

            ends_at = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
        except OSError as problem:
            yield Finding(what, str(unusable_certificates(path, problem.strerror)), fault=True)
            continue
        except ValueError:
            yield Finding(what, str(unusable_certificates(path, "there is no certificate in PEM in it")), fault=True)
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
