"""Finds and reads `config.yaml`, and knows what its paths are relative to.

How a wrong file is told about is in `modem.documents`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gateway.errors import ConfigError
from gateway.modemsettings import LoginStepSettings, ModemSettings
from gateway.settings import Settings
from gateway.upstreamsettings import TlsSettings, UpstreamSettings
from modem import documents


def packaged_config() -> Path:
    """The configuration that needs nothing: emulated modems, the Altai offices, a database in the current folder."""
    return Path(str(files("gateway") / "packaged" / "config.yaml"))


def load(path: Path | None = None) -> Settings:
    """The settings of `path`; without one, of ./config.yaml, else of the packaged file. Raises ConfigError.

    Relative paths in a file are relative to the file. What the packaged file names to be written goes to the current
    folder instead: nobody wants a database among the program's own files.
    """
    if path is None:
        local = Path("config.yaml")
        path = local if local.exists() else packaged_config()
    inputs = path.absolute().parent
    outputs = Path.cwd() if path == packaged_config() else inputs
    return _resolved(parse(_read(path), str(path)), inputs, outputs)


def parse(text: str, name: str) -> Settings:
    """The settings in a YAML text; `name` stands for the file in errors. Paths are left as they are."""
    try:
        return documents.parse(text, name, Settings)
    except documents.DocumentError as problem:
        raise ConfigError(str(problem)) from problem


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {path}; check the path after --config.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"The configuration file {path} cannot be read: {problem}.") from problem


def _resolved(settings: Settings, inputs: Path, outputs: Path) -> Settings:
    modems = tuple(
        modem.model_copy(
            update={
                "pin_file": modem.pin_file and inputs / modem.pin_file,
                "port": _port(modem, inputs),
                "login": tuple(_login(step, inputs) for step in modem.login),
            }
        )
        for modem in settings.modems
    )
    return settings.model_copy(
        update={
            "database": _itself(outputs / settings.database),
            "offices": _directory_file(settings, "offices", inputs),
            "services": _directory_file(settings, "services", inputs),
            "modems": modems,
            "survey": settings.survey.model_copy(
                update={
                    "script": _script(settings.survey.script, inputs),
                    "number_zones": settings.survey.number_zones and inputs / settings.survey.number_zones,
                }
            ),
            "upstream": tuple(_upstream(upstream, inputs, outputs) for upstream in settings.upstream),
            "webhooks": tuple(
                hook.model_copy(update={"secret_file": inputs / hook.secret_file, "tls": _tls(hook.tls, inputs)})
                for hook in settings.webhooks
            ),
            "backup": settings.backup
            and settings.backup.model_copy(update={"folder": outputs / settings.backup.folder}),
            "makes": settings.makes and inputs / settings.makes,
            "log": settings.log.model_copy(update={"file": settings.log.file and outputs / settings.log.file}),
        }
    )


def _itself(database: Path) -> Path:
    """The file behind a link: its lock and its keys lie beside it, whatever name it goes by."""
    return database.resolve() if database.is_symlink() else database


def _directory_file(settings: Settings, key: str, inputs: Path) -> Path:
    """A file that is named lies beside the configuration; one that is not is the packaged example."""
    base = inputs if key in settings.model_fields_set else packaged_config().parent
    path: Path = getattr(settings, key)
    return base / path


def _script(script: str, inputs: Path) -> str:
    """The full path of a survey's or a form's file; a name stays a name."""
    return str(inputs / script) if script.endswith((".yaml", ".yml")) else script


def _login(step: LoginStepSettings, inputs: Path) -> LoginStepSettings:
    return step.model_copy(update={"send_file": step.send_file and inputs / step.send_file})


def _upstream(upstream: UpstreamSettings, inputs: Path, outputs: Path) -> UpstreamSettings:
    sign = upstream.sign
    if sign is not None:
        files = {"key_file": sign.key_file, "cert_file": sign.cert_file}
        sign = sign.model_copy(update={key: file and inputs / file for key, file in files.items()})
    return upstream.model_copy(
        update={
            "form": _script(upstream.form, inputs),
            "spool": upstream.spool and outputs / upstream.spool,
            "secret_file": upstream.secret_file and inputs / upstream.secret_file,
            "tls": _tls(upstream.tls, inputs),
            "sign": sign,
        }
    )


def _tls(tls: TlsSettings, inputs: Path) -> TlsSettings:
    files = {"ca_file": tls.ca_file, "cert_file": tls.cert_file, "key_file": tls.key_file}
    return tls.model_copy(update={key: file and inputs / file for key, file in files.items()})


def _port(modem: ModemSettings, inputs: Path) -> str:
    """A device's full path, or the URL; a modem of the in-process network goes by its own name, so that reopening
    it finds the same SIM."""
    if modem.port == "emu://":
        return f"emu://{modem.name}"
    return modem.port if "://" in modem.port else str(inputs / modem.port)
