"""Scripts in drawings: assignments of expressions, one a line, nothing else.

``risk_class = 'high' if amount > 100 else 'low'`` is a script; ``import os`` is
not. The script engine that SpiffWorkflow is given never calls ``eval``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from app.workflow.engine.errors import ExpressionError
from app.workflow.engine.expressions import parse
from app.workflow.engine.interpreter import evaluate
from app.workflow.engine.variables import share

_ASSIGNMENT = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*=(?!=)\s*(.+)$")
MAX_LINES = 100


def statements(script: str) -> list[tuple[str, str]]:
    """``(name, expression)`` for each line of a script; blank lines and ``#`` comments are skipped."""
    lines = [line for line in script.splitlines() if line.strip() and not line.strip().startswith("#")]
    if len(lines) > MAX_LINES:
        raise ExpressionError(f"a script has at most {MAX_LINES} lines")
    result = []
    for line in lines:
        match = _ASSIGNMENT.match(line)
        if match is None:
            raise ExpressionError(f"a script line is 'name = expression', not {line.strip()[:60]!r}")
        parse(match[2])
        result.append((match[1], match[2]))
    return result


class SafeEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """What SpiffWorkflow evaluates behind its script engine's back: correlations, loop conditions.

    As shipped, that is plain ``eval`` of a designer's text.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]] | None = None):
        super().__init__()
        self.functions = dict(functions or {})

    def evaluate(
        self, expression: str, context: Mapping[str, Any], external_context: Mapping[str, Any] | None = None
    ) -> Any:
        return evaluate(_without_marker(expression), {**(external_context or {}), **context}, self.functions)

    def execute(self, script: str, context: dict[str, Any], external_context: Mapping[str, Any] | None = None) -> bool:
        raise ExpressionError("scripts are run where they stand")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise ExpressionError("services are called by their handlers only")


class SafeScriptEngine(PythonScriptEngine):  # type: ignore[misc]
    """Hands SpiffWorkflow's conditions and scripts to our interpreter."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]] | None = None):
        super().__init__(SafeEnvironment(functions))

    def validate(self, expression: str) -> None:
        parse(_without_marker(expression))

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        return self.environment.evaluate(expression, task.data, external_context)

    def execute(self, task: Any, script: str, external_context: Mapping[str, Any] | None = None) -> bool:
        for name, expression in statements(script):
            share(task, {name: self.evaluate(task, expression, external_context)})
        return True


class TrialEngine(SafeScriptEngine):
    """For a trial on a copy: what cannot be known yet is taken as true, so that some way is found."""

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().evaluate(task, expression, external_context)
        except ExpressionError:
            return True


def _without_marker(expression: str | None) -> str:
    """FEEL writes ``= x``; both forms are accepted."""
    text = (expression or "").strip()
    return text[1:] if text.startswith("=") and not text.startswith("==") else text
