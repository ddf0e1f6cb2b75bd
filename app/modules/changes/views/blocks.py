"""What features above the changes add to the matter of a request, each as a section of its own."""

from __future__ import annotations

from collections.abc import Callable

from app.modules.changes.models import ChangeRequest

Block = Callable[[ChangeRequest], str]
"""From the request to a section; empty where there is nothing to tell."""
BLOCKS: list[Block] = []


def on_request(block: Block) -> Block:
    """Register a block; they stand in the order in which the features were loaded."""
    BLOCKS.append(block)
    return block
