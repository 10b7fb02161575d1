"""What the configuration says of the modems, as the driver wants it: the files that it names are read here."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import ConfigError
from gateway.modemsettings import ModemSettings
from gateway.settings import Settings
from modem.documents import DocumentError
from modem.login import LoginStep
from modem.makes import catalogue
from modem.makes.make import Make
from modem.worker.desk import PortSettings


def makes_of(settings: Settings) -> tuple[Make, ...]:
    """The makes of modems: those of the file first. Raises ConfigError."""
    try:
        return catalogue.load(settings.makes)
    except DocumentError as problem:
        raise ConfigError(str(problem)) from problem


def ports_of(settings: Settings) -> list[PortSettings]:
    """One for each modem. Raises ConfigError."""
    makes = makes_of(settings)
    return [_port(modem, settings, makes) for modem in settings.modems]


def login_of(modem: ModemSettings) -> tuple[LoginStep, ...]:
    """What a terminal server before the modem wants to hear. Raises ConfigError."""
    return tuple(
        LoginStep(step.expect, step.send if step.send_file is None else _secret(step.send_file, "login", modem.name))
        for step in modem.login
    )


def _port(modem: ModemSettings, settings: Settings, makes: tuple[Make, ...]) -> PortSettings:
    return PortSettings(
        modem.name,
        modem.port,
        modem.baud,
        modem.flow == "rtscts",
        None if modem.pin_file is None else _secret(modem.pin_file, "PIN", modem.name),
        settings.sweep_s,
        imei=modem.imei,
        hang_up=settings.calls.hang_up,
        smsc=modem.smsc,
        power_hook=modem.power_hook,
        makes=makes,
        init=modem.init,
        login=login_of(modem),
    )


def _secret(path: Path, what: str, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"The {what} file {path} of modem {name} cannot be read: {problem}.") from None
