"""``python -m tests.plays [plays] [kind] [seed]``: many plays in several processes; see ``make plays``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="tollgate-plays-"))

from tests.databases import server_url
from tests.plays.stage import played, stage

CHUNK = 500
"""Plays of one process before it begins a bank anew, which costs as much as ten of them."""


def main() -> int:
    asked = _asked()
    if asked.moves:
        return _again(asked.kind, asked.seed, [int(number) for number in asked.moves.split(",")])
    if asked.kind == "postgresql":
        os.environ["TEST_DATABASE_URL"] = server_url()  # one server for all processes
    began, bad, tally = time.monotonic(), 0, Counter[str]()
    size = max(1, min(CHUNK, asked.plays // asked.processes))
    chunks = range(asked.seed, asked.seed + asked.plays, size)
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as processes:
        jobs = [
            processes.submit(played, asked.kind, "w", n, min(size, asked.seed + asked.plays - n), asked.look)
            for n in chunks
        ]
        for done, job in enumerate(jobs, 1):
            broken, made = job.result()
            tally += made
            bad += len(broken)
            for each in broken:
                sys.stdout.write(f"\n{each}\n")
            _say(min(done * size, asked.plays), bad, began)
    sys.stdout.write("".join(f"  {count:>9,} {name}\n" for name, count in tally.most_common()))
    return 1 if bad else 0


def _say(plays: int, bad: int, began: float) -> None:
    sys.stdout.write(f"{plays:,} plays, {bad} broke a rule, {time.monotonic() - began:,.0f} s\n")
    sys.stdout.flush()


def _again(kind: str, seed: int, moves: list[int]) -> int:
    with stage(kind, f"again_{os.getpid()}") as found:
        broken = found.play(seed, moves)
    sys.stdout.write(f"{broken or 'nothing is broken'}\n")
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make plays")
    parser.add_argument("--plays", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--moves", default="", help="play one seed again with these moves")
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--look", type=float, default=0.1, help="share of the moves that are checked one by one")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
