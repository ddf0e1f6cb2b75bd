"""``python -m bench [sqlite] [postgresql] [completion|lists|pages]``."""

from __future__ import annotations

import json
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("VAR_DIR", "var")

from bench import completion, lists, pages
from bench.results import Result
from bench.world import world

PARTS = {"completion": completion.measure, "pages": pages.measure, "lists": lists.measure}


def main(words: list[str]) -> int:
    kinds = [k for k in ("sqlite", "postgresql") if k in words] or ["sqlite", "postgresql"]
    parts = [p for p in PARTS if p in words] or list(PARTS)
    results: list[Result] = []
    # A process for each part: what one leaves in memory would slow the collector of the next.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for kind in kinds:
            for part in parts:
                results += processes.submit(_measure, kind, part).result()
    path = Path(os.environ["VAR_DIR"]) / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(r) for r in results], indent=1, ensure_ascii=False))
    missed = [r for r in results if not r.kept]
    sys.stdout.write(f"\n{len(results)} measured, {len(missed)} over budget; written to {path}\n")
    return 1 if missed else 0


def _measure(kind: str, part: str) -> list[Result]:
    logging.disable(logging.WARNING)
    results = []
    with world(kind) as found:
        for result in PARTS[part](found):
            results.append(result)
            _say(result)
    return results


def _say(result: Result) -> None:
    mark = "ok  " if result.kept else "OVER"
    sys.stdout.write(
        f"{mark} {result.name:<19} {result.database:<11} {result.measured:>10,.10g} ≤ {result.budget:<8,g} "
        f"{result.unit:<11} {result.detail}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
