"""What can go wrong in the engine, each with the element it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One remark on a drawing, located. ``severity`` is ``error`` or ``warning``.

    ``message`` is an English template over ``values``, so that it can be translated.
    """

    severity: str
    code: str
    message: str
    element_id: str | None = None
    line: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


class EngineError(Exception):
    """A running case cannot go on; ``element_id`` says where."""

    def __init__(self, message: str, element_id: str | None = None):
        super().__init__(message)
        self.element_id = element_id


class NotOpen(EngineError):
    """The work that was to be done is not open any more."""


class ExpressionError(EngineError):
    """An expression is not allowed, is wrong, or costs too much."""


class DrawingRefused(Exception):
    """A drawing has at least one finding of severity ``error``."""

    def __init__(self, findings: Sequence[Finding]):
        super().__init__(
            "; ".join(f"{f.element_id or '-'}: {f.message % f.values if f.values else f.message}" for f in findings)
        )
        self.findings = list(findings)
