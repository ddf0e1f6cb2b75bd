"""Where what is done to a customer is kept."""

from __future__ import annotations


def stream(number: str) -> str:
    """The audit stream of a customer."""
    return f"customer:{number}"
