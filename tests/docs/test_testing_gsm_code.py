"""Runs docs/testing-gsm-code.md from top to bottom: writes its files, carries out its commands, compares the output.

In the page `…` stands for any text. Its ports are replaced by free ones. `otklik emulate` is left running to the end.
"""

import contextlib
import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing-gsm-code.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _free_port() -> int:
    """A port such that it and the next one can be bound."""
    for _ in range(100):
        with socket.create_server(("127.0.0.1", 0)) as one:
            port: int = one.getsockname()[1]
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
                return port
    raise OSError("no two free ports")


def _environment(folder: Path) -> dict[str, str]:
    """An environment in which `otklik` and `python3` are those of this test, and pytest loads the plugin."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "otklik").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateway "$@"\n')
    (programs / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    installed = any(entry.name == "otklik" for entry in importlib.metadata.entry_points(group="pytest11"))
    plugin = {} if installed else {"PYTEST_PLUGINS": "modem.emulator.pytest_plugin"}
    options = {"PYTEST_ADDOPTS": "-p no:cacheprovider -p no:randomly -W error", "PYTHONDONTWRITEBYTECODE": "1"}
    path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **path, **plugin, **options}


def _like(expected: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in expected.split("…")), re.DOTALL)


def _commands(block: str) -> Iterator[tuple[str, str]]:
    """Every command of a console block with the output shown below it."""
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = piece.partition("\n")
        yield command, output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_page_is_true_from_top_to_bottom(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    page = PAGE.replace("8930", str(_free_port())).replace("8920", str(_free_port()))
    with contextlib.ExitStack() as running:
        for kind, block in BLOCK.findall(page):
            if kind == "python":
                name = block.partition("\n")[0].removeprefix("# ")
                assert re.fullmatch(r"\w+\.py", name), f"a block of Python begins with the name of its file: {name}"
                (project / name).write_text(block, encoding="utf-8")
                continue
            if kind == "text":  # the live view; tests/modem/emulator/serving/test_screen.py draws one
                continue
            assert kind == "console"
            for command, expected in _commands(block):
                if command.startswith("otklik emulate"):
                    output = _start(command, project, environment, running)
                else:
                    output = subprocess.run(
                        ["bash", "-c", command],
                        cwd=project,
                        env=environment,
                        capture_output=True,
                        text=True,
                        timeout=60,
                    ).stdout
                if not output.endswith("\n"):
                    output += "\n"
                assert _like(expected).fullmatch(re.sub(r" +\[", " [", output)), f"$ {command}\n{output}"


def _start(command: str, project: Path, environment: dict[str, str], running: contextlib.ExitStack) -> str:
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=project, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    running.callback(process.stdout.close)
    running.callback(process.wait, 10)
    running.callback(process.terminate)
    return process.stdout.readline()


def test_output_that_is_not_as_shown_is_found() -> None:
    assert _like('{"parts": 1}\n').fullmatch('{"parts": 1}\n')
    assert _like('{"pty": "…", …}\n').fullmatch('{"pty": "/dev/pts/3", "tcp": null}\n')
    assert not _like('{"parts": 1}\n').fullmatch('{"parts": 2}\n')
    assert not _like("… passed\n").fullmatch("1 failed\n")
