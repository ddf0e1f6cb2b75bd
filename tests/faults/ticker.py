"""Several worker processes that tick at the same instant.

Reads one command per line: ``settings`` of the application, ``now``, how many
``processes``, and with ``kill`` the fault point at which the first of them kills
itself. For each command it forks the processes, which all begin at once, and answers
with one line: how many cases each of those that lived moved.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

from app.bootstrap import create_app
from app.workflow.timers.services import tick

_apps: dict[str, Flask] = {}


def application(settings: dict[str, Any]) -> Flask:
    """The application of these settings, made before forking; no connection is opened yet."""
    place = settings["SQLALCHEMY_DATABASE_URI"]
    if place not in _apps:
        _apps[place] = create_app(settings)
        configure_mappers()  # else each child would do it again
    return _apps[place]


def at_once(app: Flask, now: datetime, processes: int, kill: str | None) -> list[int]:
    """What each of ``processes`` children moved."""
    begin, go = os.pipe()
    told, tell = os.pipe()
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            os.close(go)
            _work(app, now, kill if number == 0 else None, begin, tell)
        children.append(child)
    os.close(tell)
    os.close(go)  # end of file: all children read it at once
    os.close(begin)
    with os.fdopen(told) as moved:
        found = [int(line) for line in moved]
    ends = [os.waitpid(child, 0)[1] for child in children]
    assert set(ends) <= {0, signal.SIGKILL}, ends
    return found


def _work(app: Flask, now: datetime, kill: str | None, begin: int, tell: int) -> None:
    """In a child: never returns."""
    passed: list[str] = []

    def hook(name: str) -> None:
        passed.append(name)
        if name == kill and passed.count(name) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    app.config["FAULT_HOOK"] = hook
    try:
        with app.app_context():
            os.read(begin, 1)
            os.write(tell, f"{tick(now)}\n".encode())
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        command = json.loads(line)
        app, now = application(command["settings"]), datetime.fromisoformat(command["now"])
        sys.stdout.write(json.dumps(at_once(app, now, command["processes"], command["kill"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
