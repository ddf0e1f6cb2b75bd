"""The blueprint, and what later features add to the page of a customer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from app.identity.web import current_actor
from app.kernel.database import session
from app.kernel.errors import DomainError, Fault, NotFound, NotThere
from app.modules.customers.models import Customer
from app.modules.customers.queries import customer_by_number

pages = Blueprint("customers_pages", __name__, template_folder="../templates")
Block = Callable[[Customer], str]
"""From a customer to a section of their page; empty where there is nothing to say."""
BLOCKS: list[Block] = []


def on_customer_page(block: Block) -> Block:
    """Register a block; they stand in the order in which the features were loaded."""
    BLOCKS.append(block)
    return block


def typed_customer(number: str) -> tuple[Customer | None, DomainError | None]:
    """The customer that was typed, if one was; a page says beside the field that there is none for these eyes."""
    if not number:
        return None, None
    try:
        return customer_by_number(session(), number, current_actor()), None
    except NotFound as error:
        return None, NotThere([Fault("/customer", error.message)])
