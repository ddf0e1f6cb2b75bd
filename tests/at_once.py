"""Several jobs at the same instant, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T | None]:
    """What each job gave, in their order; nothing for one that broke or did not end in a minute."""
    barrier = threading.Barrier(len(jobs))
    answers: list[T | None] = [None] * len(jobs)

    def run(index: int) -> None:
        barrier.wait()
        answers[index] = jobs[index]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
