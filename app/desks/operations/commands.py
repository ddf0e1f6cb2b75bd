"""``flask audit verify`` and ``flask doctor``: what must hold, asked from outside."""

from __future__ import annotations

import sys
from itertools import chain

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from app.kernel import audit, clock
from app.kernel.database import end_read, session
from app.modules.changes import invariants as changes
from app.workflow import invariants as workflow

audit_commands = AppGroup("audit", help="The audit chain.")


@audit_commands.command("verify")
@click.option("--stream", default=None, help="Only this chain, such as instance:12.")
def verify(stream: str | None) -> None:
    """Recompute the audit chains. Names each break, and then ends with 1."""
    breaks = list(audit.verify(session(), stream))
    end_read()
    for broken in breaks:
        click.echo(f"{broken.stream} #{broken.number}: {broken.reason}")
    click.echo("the audit chain holds" if not breaks else f"{len(breaks)} breaks", err=bool(breaks))
    sys.exit(1 if breaks else 0)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check what must hold between the engine's states and the records; ends with 1 if something does not."""
    found = 0
    for sentence in chain(workflow.violations(session(), clock.now()), changes.violations(session())):
        click.echo(sentence)
        found += 1
    end_read()
    click.echo("everything holds" if not found else f"{found} violations", err=bool(found))
    sys.exit(1 if found else 0)


def install(app: Flask) -> None:
    app.cli.add_command(audit_commands)
    app.cli.add_command(doctor)
