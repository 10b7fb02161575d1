"""`otklik interpret` on standard input: line by line, for as long as somebody reads."""

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "gateway", "interpret"]


def test_line_is_answered_before_the_input_ends_and_no_bytes_stop_it() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        for sent, cls in (
            (b"5\n", "rating"),
            (b"\xff\xfe\n", "noise"),
            (b"\n", "noise"),
            ("стоп\n".encode(), "optout"),
        ):
            process.stdin.write(sent)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["class"] == cls
        rest, _ = process.communicate()
    assert (rest, process.returncode) == (b"", 0)


def test_reader_that_leaves_ends_the_stream_without_a_traceback() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(b"5\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["rating"] == 5
        process.stdout.close()
        process.stdin.write(b"4\n" * 20)
        process.stdin.close()
        said = process.stderr.read()
        process.wait(timeout=20)
    assert said == b""
