"""A decision that cannot be taken."""

from __future__ import annotations

from app.workflow.engine.errors import ExpressionError


class DecisionError(ExpressionError):
    """Names decision, rule and input. ``message`` is a template over ``values``.

    For a running case it is an engine error: the case stops at the element.
    """

    def __init__(self, message: str, **values: object):
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values

    @property
    def input(self) -> str:
        """The input, or the output column, it is about; empty if it is about the rules."""
        return str(self.values.get("input", ""))
