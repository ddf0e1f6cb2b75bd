"""Several worker processes that tick at the same instant.

``python -m tests.faults.ticker SETTINGS NOW COUNT [KILL]``: forks ``COUNT``
children over one application; all begin at once and print how many cases they
moved, one a line. With ``KILL`` the first child kills itself at that fault point.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime

from app.bootstrap import create_app
from app.workflow.timers.services import tick


def main() -> None:
    settings, now, count = json.loads(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
    kill = sys.argv[4] if len(sys.argv) > 4 else None
    begin, go = os.pipe()
    children = [os.fork() or _work(settings, now, kill if n == 0 else None, begin, go) for n in range(count)]
    os.close(go)  # end of file: all children read it at once
    for child in children:
        os.waitpid(child, 0)


def _work(settings: dict[str, object], now: datetime, kill: str | None, begin: int, go: int) -> int:
    os.close(go)
    passed: list[str] = []

    def hook(name: str) -> None:
        passed.append(name)
        if name == kill and passed.count(name) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    app = create_app({**settings, "FAULT_HOOK": hook})
    with app.app_context():
        os.read(begin, 1)
        moved = tick(now)
    sys.stdout.write(f"{moved}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
