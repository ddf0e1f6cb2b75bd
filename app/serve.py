"""``make run``: migrate, seed the demo bank, tick, and serve.

Demo mode listens on the loopback interface only.
"""

from __future__ import annotations

import os
import sys

from flask import Flask
from flask_migrate import upgrade
from waitress import serve

from app import demo
from app.bootstrap import create_app
from app.demo_exits import seed_exits
from app.demo_lives import seed_lives
from app.demo_requests import seed_requests
from app.demo_suspensions import seed_suspensions
from app.identity.demo import DEMO_PASSWORD
from app.kernel import clock
from app.kernel.crypto import KeysMissing
from app.kernel.database import db, end_read, one_at_a_time, unit_of_work
from app.modules.customers.generating.demo import seed_customers
from app.worker import start_scheduler

PREPARING = 7_001
"""The lock under which one process prepares the database while others that start wait."""


def prepare(app: Flask) -> None:
    """Bring the database up to date and, in demo mode, fill it."""
    with app.app_context(), one_at_a_time(PREPARING):
        upgrade()
        db.session.remove()
        if app.config["DEMO"]:
            now = clock.now()
            end_read()
            with unit_of_work() as uow:
                demo.seed(uow, now)
            seed_customers(now)
            seed_requests(now)
            seed_suspensions(now)
            seed_lives(now)
            seed_exits(now)


def main() -> None:
    try:
        app = create_app()
        prepare(app)
    except KeysMissing as refusal:
        sys.exit(str(refusal))
    except demo.NotADemo as refusal:
        sys.exit(f"{refusal}; set DEMO=0 or point DATABASE_URL elsewhere")
    port = int(os.environ.get("PORT", "8000"))
    host = "127.0.0.1" if app.config["DEMO"] else os.environ.get("HOST", "127.0.0.1")
    start_scheduler(app)
    _say(app, port)
    serve(app, host=host, port=port, threads=8, ident="tollgate")


def _say(app: Flask, port: int) -> None:
    lines = [f"\n  Tollgate is at http://127.0.0.1:{port}"]
    if app.config["DEMO"]:
        lines.append(f"  Sign in as lin.yue (product manager) with the password {DEMO_PASSWORD};")
        lines.append("  the sign-in page lists everybody else.")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
