"""What features above the catalogue add to the page of a product, each as a block of its own."""

from __future__ import annotations

from collections.abc import Callable

Block = Callable[[str], str]
"""From the product's code to a section of the page."""
BLOCKS: list[Block] = []


def on_product_page(block: Block) -> Block:
    """Register a block; they stand in the order in which the features were loaded."""
    BLOCKS.append(block)
    return block
