"""The parts of the bench, each measured in a process of its own."""

from __future__ import annotations

import logging
import sys

from bench import bulk, catalogue, completion, exits, imports, lists, pages
from bench.results import Result
from bench.world import world

PARTS = {
    "completion": completion.measure,
    "pages": pages.measure,
    "lists": lists.measure,
    "bulk": bulk.measure,
    "exits": exits.measure,
    "catalogue": catalogue.measure,
    "imports": imports.measure,
}


def measure(kind: str, part: str) -> list[Result]:
    """All results of one part on one database, told as they come."""
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
