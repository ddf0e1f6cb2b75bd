"""The blueprint, and what later features add to the page of a customer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from app.modules.customers.models import Customer

pages = Blueprint("customers_pages", __name__, template_folder="../templates")
Block = Callable[[Customer], str]
"""From a customer to a section of their page; empty where there is nothing to say."""
BLOCKS: list[Block] = []


def on_customer_page(block: Block) -> Block:
    """Register a block; they stand in the order in which the features were loaded."""
    BLOCKS.append(block)
    return block
