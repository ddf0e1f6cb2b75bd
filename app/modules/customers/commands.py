"""``flask customers generate``: as many fictitious customers as somebody wants to try things with."""

from __future__ import annotations

import sys
import time

import click
from flask import Flask
from flask.cli import AppGroup

from app.kernel import clock
from app.kernel.database import end_read
from app.kernel.errors import DomainError
from app.kernel.web import demo_mode
from app.modules.customers.generating.bulk import Run, generate

customer_commands = AppGroup("customers", help="Customers and what they hold.")


@customer_commands.command("generate")
@click.option("--customers", type=click.IntRange(1, 1_000_000), required=True, help="How many customers.")
@click.option("--holdings", type=click.IntRange(0, 10_000_000), required=True, help="How many holdings among them.")
@click.option("--product", "products", multiple=True, required=True, help="What they hold; may be given several times.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same customers.")
def generate_customers(customers: int, holdings: int, products: tuple[str, ...], seed: int) -> None:
    """Write fictitious customers with accounts and holdings. Stopped, the same command goes on where it was."""
    if not demo_mode():
        sys.exit("fictitious customers belong into a demo bank only (DEMO=1)")
    run, now, begun = Run(products, customers, holdings, seed), clock.now(), time.monotonic()
    end_read()
    try:
        for done in generate(run, now):
            click.echo(f"{done} of {customers} customers, {time.monotonic() - begun:.1f} s")
    except DomainError as error:
        sys.exit("; ".join(f.message % f.values for f in error.faults) or str(error))
    click.echo(f"their numbers begin with {run.prefix}")


def install(app: Flask) -> None:
    app.cli.add_command(customer_commands)
