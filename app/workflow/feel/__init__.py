"""A subset of FEEL, the expression language of DMN tables and of forms.

A text is parsed into a small tree (:mod:`parser`), written out as an expression
of the engine's own language (:mod:`translation`) and evaluated by the engine's
interpreter, with its budget of steps and bound on values. Nothing is executed.
Everything that can be wrong with a text is an ``ExpressionError``.
`docs/decisions.md` lists the subset.
"""

from app.workflow.feel.evaluation import evaluate, holds, names
from app.workflow.feel.parser import parse_expression, parse_tests

__all__ = ["evaluate", "holds", "names", "parse_expression", "parse_tests"]
