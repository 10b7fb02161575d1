"""The conversations of a command that writes beside the daemon."""

from __future__ import annotations

import random
from datetime import datetime

from gateway import scriptfiles
from gateway.callbackdesk import CallbackDesk
from gateway.conversations import Conversations
from gateway.dispatch import Dispatch
from gateway.settings import Settings


def conversations_of(settings: Settings, now: datetime) -> Conversations:
    """Conversations as the configuration wants them; the daemon sends what they queue. Raises ConfigError."""
    dispatch = Dispatch(settings.modems, settings.routing, now, random.random)
    script = scriptfiles.load(settings.survey.script)
    return Conversations(settings.survey, script, dispatch, CallbackDesk(settings.callbacks))
