"""How well replies are understood, and how fast: confusion matrix, wrong ratings, microseconds a text.

    python -m benchmarks.replies [--lines 200000]

Texts and labels are those of the tests: the labelled corpus, and texts the rules were not written from. Time is the
thread's own processor time, the best of three; "uncached" is the reading itself, "cached" what a repeated text costs.
`otklik interpret` is fed a stream last. Ends with 1 if a single rating is wrong.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import gateway.replies
from gateway.replies import NO_CONTEXT, interpret
from tests.gateway.replies import test_reply_corpus as corpus
from tests.gateway.replies.test_reply_robustness import HOSTILE

FOLDER = Path(corpus.__file__).parent
KINDS = (
    "rating", "vector", "partial", "rating+optout", "optout", "help", "wrong_recipient", "comment", "ambiguous",
    "out_of_range", "noise",
)  # fmt: skip
NUMBERED = ("rating", "vector", "partial")


def kind(label: str) -> str:
    """The class of a label, without its number."""
    return label.partition(":")[0] + ("+optout" if label.endswith("+optout") else "")


def judge(name: str, rows: Sequence[tuple[str, str]]) -> int:
    """Print what was expected and what was read; how many numbers are wrong."""
    table: Counter[tuple[str, str]] = Counter()
    exact = wrong = 0
    for text, allowed in rows:
        read = corpus.label(interpret(text))
        labels = allowed.split("|")
        is_exact = read in labels
        exact += is_exact
        wrong += not is_exact and read.startswith(NUMBERED)
        table[kind(read if is_exact else labels[0]), kind(read)] += 1
    print(f"\n{name}: {exact} of {len(rows)} exact = {100 * exact / len(rows):.2f} %, {wrong} wrong ratings")
    columns = [k for k in KINDS if any(table[row, k] for row in KINDS)]
    print(f"{'expected / read':16}" + "".join(f"{column[:13]:>14}" for column in columns))
    for row in KINDS:
        if any(table[row, column] for column in columns):
            print(f"{row:16}" + "".join(f"{table[row, column] or '.':>14}" for column in columns))
    return wrong


def microseconds(read: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """The processor time of each text, the best of three."""
    taken = []
    for text in texts:
        best = float("inf")
        for _ in range(3):
            started = time.thread_time_ns()
            read(text)
            best = min(best, (time.thread_time_ns() - started) / 1000)
        taken.append(best)
    return sorted(taken)


def uncached(text: str) -> object:
    """One reading from the first letter on, as if neither the text nor its words had been seen before."""
    gateway.replies.forget()
    return interpret(text, NO_CONTEXT)


def say(name: str, taken: list[float]) -> None:
    mean, p99 = sum(taken) / len(taken), taken[int(0.99 * len(taken))]
    print(f"{name:34} mean {mean:7.1f}   p99 {p99:7.1f}   max {taken[-1]:7.1f} µs")


def stream(lines: int) -> None:
    """`otklik interpret` on lines that are all different: lines a second, and its peak memory after a tenth and all."""
    command = [sys.executable, "-m", "gateway", "interpret"]
    peaks = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        started = time.perf_counter()
        for number in range(lines):
            process.stdin.write(f"{number % 5 + 1}, ждали {number} минут\n".encode())
            if number in (lines // 10, lines - 1):
                peaks.append(_peak_mb(process.pid))
        process.stdin.close()
        process.wait()
        took = time.perf_counter() - started
    print(f"otklik interpret: {lines} different lines, {lines / took:,.0f}/s")
    print(f"at its peak {peaks[0]:.1f} MB after a tenth of them, {peaks[-1]:.1f} MB at the end")


def _peak_mb(pid: int) -> float:
    """The most memory a process has had resident so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def main() -> int:
    """Judge, measure, stream."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, default=20_000, help="lines for the stream (0: none)")
    lines = parser.parse_args().lines
    known, unseen = corpus.load(FOLDER / "replies.tsv"), corpus.load(FOLDER / "unseen.tsv")
    wrong = judge("corpus (replies.tsv)", known) + judge("not written for (unseen.tsv)", unseen)
    texts = [text for text, _ in known + unseen]
    print()
    say("a reply, uncached", microseconds(uncached, texts))
    say("a reply, cached", microseconds(interpret, texts))
    long = [(text + " ") * (1530 // (len(text) + 1)) for text in texts[::20] if text]
    say("ten parts of a reply, uncached", microseconds(uncached, long))
    say("hostile, uncached", microseconds(uncached, HOSTILE.values()))
    if lines:
        stream(lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
