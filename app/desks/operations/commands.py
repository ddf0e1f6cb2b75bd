"""``flask audit verify``, ``flask doctor`` and ``flask keys rotate``: what an operator asks for from outside."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from app.kernel import audit, clock, rotation, seals
from app.kernel.database import end_read, session
from app.modules.changes import invariants as changes
from app.modules.changes.exporting.verify import faults
from app.modules.exits import invariants as exits
from app.modules.suspensions import invariants as suspensions
from app.workflow import invariants as workflow

audit_commands = AppGroup("audit", help="The audit chain.")


@audit_commands.command("verify")
@click.option("--stream", default=None, help="Only this chain, such as instance:12.")
@click.option("--seal", "sealed", type=click.Path(exists=True, path_type=Path), help="A file that `audit seal` wrote.")
def verify(stream: str | None, sealed: Path | None) -> None:
    """Recompute the audit chains. Names each break, and then ends with 1."""
    breaks = list(audit.verify(session(), stream))
    if sealed is not None:
        breaks += seals.verify(session(), json.loads(sealed.read_text(encoding="utf-8")), stream)
    end_read()
    for broken in breaks:
        click.echo(f"{broken.stream} #{broken.number}: {broken.reason}")
    click.echo("the audit chain holds" if not breaks else f"{len(breaks)} breaks", err=bool(breaks))
    sys.exit(1 if breaks else 0)


@audit_commands.command("seal")
@click.argument("file", type=click.Path(path_type=Path))
def seal(file: Path) -> None:
    """Write the heads of all chains to FILE, to be kept where the database's owner cannot write."""
    sealed = seals.seal(session(), clock.now())
    end_read()
    file.write_text(json.dumps(sealed, ensure_ascii=False, indent=1), encoding="utf-8")
    click.echo(f"{len(sealed['heads'])} chains, root {sealed['root']}")


file_commands = AppGroup("file", help="The approver's file.")


@file_commands.command("verify")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seal", "sealed", type=click.Path(exists=True, path_type=Path), help="A file that `audit seal` wrote.")
def verify_file(bundle: Path, sealed: Path | None) -> None:
    """Check BUNDLE by itself: manifest, chains, hashes and signatures. The database is not asked."""
    seal = json.loads(sealed.read_text(encoding="utf-8")) if sealed is not None else None
    found = list(faults(bundle, seal))
    for sentence in found:
        click.echo(sentence)
    click.echo("the file holds" if not found else f"{len(found)} faults", err=bool(found))
    sys.exit(1 if found else 0)


key_commands = AppGroup("keys", help="The keys of encrypted fields.")


@key_commands.command("rotate")
@click.option("--batch", default=500, show_default=True, help="Rows in one transaction.")
def rotate(batch: int) -> None:
    """Encrypt anew, under the first of FIELD_KEYS, what is under another. Stopped, it goes on where it was."""
    done: Counter[str] = Counter()
    for place, count in rotation.rotate(batch):
        done[place] += count
        click.echo(f"{place}: {done[place]}")
    left = sum(rotation.remaining().values())
    click.echo("everything is under the current key" if not left else f"{left} were written meanwhile; run it again")
    sys.exit(1 if left else 0)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check what must hold between the engine's states and the records; ends with 1 if something does not."""
    found = 0
    records = chain.from_iterable(matter.violations(session()) for matter in (changes, suspensions, exits))
    for sentence in chain(workflow.violations(session(), clock.now()), records):
        click.echo(sentence)
        found += 1
    end_read()
    click.echo("everything holds" if not found else f"{found} violations", err=bool(found))
    sys.exit(1 if found else 0)


def install(app: Flask) -> None:
    app.cli.add_command(audit_commands)
    app.cli.add_command(file_commands)
    app.cli.add_command(key_commands)
    app.cli.add_command(doctor)
