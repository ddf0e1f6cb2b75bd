"""The demo bank asked over HTTP."""

from tests.workflow.conftest import ask, bank

__all__ = ["ask", "bank"]
