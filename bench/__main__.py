"""``python -m bench [sqlite] [postgresql] [completion|lists|pages|bulk|exits|catalogue]``."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("VAR_DIR", "var")

from bench.parts import PARTS, measure
from bench.results import Result


def main(words: list[str]) -> int:
    kinds = [k for k in ("sqlite", "postgresql") if k in words] or ["sqlite", "postgresql"]
    parts = [p for p in PARTS if p in words] or list(PARTS)
    results: list[Result] = []
    # A process for each part: what one leaves in memory would slow the collector of the next.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for kind in kinds:
            for part in parts:
                results += processes.submit(measure, kind, part).result()
    path = Path(os.environ["VAR_DIR"]) / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(r) for r in results], indent=1, ensure_ascii=False))
    missed = [r for r in results if not r.kept]
    sys.stdout.write(f"\n{len(results)} measured, {len(missed)} over budget; written to {path}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
