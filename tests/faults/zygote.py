"""A process that has imported everything and forks a child for each command.

Each line on standard input is ``{"settings", "token", "method", "path", "body", "kill"}``;
the child makes one request in a fresh application and answers with a line on
standard output. ``kill`` names an instant at which the child sends itself
SIGKILL: ``statement:7:before``, ``statement:7:after``, ``commit:before``,
``commit:after``, or the name of a fault point in the code.

A rehearsal (``"here": true``) is made by this process itself: the children that
are then killed along the same request find statements compiled and drawings
read, and take a fraction of the time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from app.bootstrap import create_app
from app.kernel import calendar
from app.kernel.database import db
from app.workflow.decisions import queries as tables
from app.workflow.deployments import library


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Executioner:
    """Counts statements and commits of one request and kills at the named instant."""

    def __init__(self) -> None:
        self.armed = False
        self.begin(None)

    def begin(self, kill: str | None) -> None:
        self.kill, self.statements, self.commits = kill, 0, 0
        self.points: list[str] = []

    def at(self, instant: str) -> None:
        if not self.armed:
            return
        self.points.append(instant)
        if instant == self.kill:
            die()

    def before_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # Transaction control is not counted: commits have a budget of their own.
        self.statements += not statement.startswith("BEGIN")
        self.at(f"statement:{self.statements}:before")

    def after_statement(self, *_: Any) -> None:
        self.at(f"statement:{self.statements}:after")

    def on_commit(self, _connection: Any) -> None:
        self.commits += 1
        self.at("commit:before")

    def watch(self, engine: Any) -> None:
        event.listen(engine, "before_cursor_execute", self.before_statement)
        event.listen(engine, "after_cursor_execute", self.after_statement)
        event.listen(engine, "commit", self.on_commit)


_apps: dict[str, Flask] = {}


def application(settings: dict[str, Any]) -> Flask:
    """The application of these settings, made before forking; no connection is opened yet."""
    place = settings["SQLALCHEMY_DATABASE_URI"]
    if place not in _apps:
        _apps[place] = create_app({**settings, "FAULT_HOOK": lambda name: executioner.at(name)})
        with _apps[place].app_context():
            executioner.watch(db.engine)
    return _apps[place]


executioner = Executioner()


def serve(app: Flask, command: dict[str, Any]) -> None:
    """One request, with an empty memory of what the database holds."""
    library._bundles.clear()
    tables._tables.clear()
    app.extensions.pop(calendar._KEPT, None)
    executioner.begin(command.get("kill"))
    executioner.armed = True
    answer = app.test_client().open(
        command["path"],
        method=command["method"],
        json=command.get("body"),
        headers={"Authorization": f"Bearer {command['token']}"},
    )
    report = {
        "status": answer.status_code,
        "body": answer.json,
        "statements": executioner.statements,
        "commits": executioner.commits,
        "points": executioner.points,
    }
    with os.fdopen(os.dup(1), "w") as out:
        out.write(json.dumps(report) + "\n")
    executioner.armed = False


def rehearse(app: Flask, command: dict[str, Any]) -> None:
    """A request that nobody kills; no connection stays open, so that none is shared with a child."""
    serve(app, command)
    with app.app_context():
        db.engine.dispose()


def main() -> None:
    # Else each child would do it again, which takes longer than its request.
    configure_mappers()
    calendar.is_business_day(date.today())
    for line in sys.stdin:
        command = json.loads(line)
        app = application(command["settings"])
        if command.get("here"):
            rehearse(app, command)
            continue
        child = os.fork()
        if child == 0:
            serve(app, command)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            sys.stdout.write(json.dumps({"killed": os.WTERMSIG(status)}) + "\n")
        elif status:
            sys.stdout.write(json.dumps({"crashed": status}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
