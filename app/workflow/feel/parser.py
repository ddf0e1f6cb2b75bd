"""FEEL text → tree. A tree is a list ``[kind, ...]``, so that it can be sent to a page as JSON.

Kinds: ``["literal", value]``, ``["name", name]``, ``["input"]`` (the ``?`` of a
cell), ``["list", items]``, ``["call", function, arguments]``, ``["and"|"or", a,
b, ...]``, ``["if", test, then, otherwise]``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from keyword import iskeyword
from typing import Any

from app.workflow.engine.errors import ExpressionError
from app.workflow.feel.tokens import END, Word, words

Tree = list[Any]
MAX_DEPTH = 20
MAX_TAKEN = 10_000
"""Words taken up, those taken twice after a wrong guess included."""
INPUT: Tree = ["input"]
COMPARISONS = {
    "<": "less",
    "<=": "at_most",
    ">": "more",
    ">=": "at_least",
    "=": "equal",
    "==": "equal",
    "!=": "unequal",
}
ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided"}
FUNCTIONS = {
    "list contains": 2,
    "contains": 2,
    "starts with": 2,
    "ends with": 2,
    "count": 1,
    "sum": 1,
    "min": 1,
    "max": 1,
    "abs": 1,
    "not": 1,
    "date": 1,
    "number": 1,
}
"""Functions a text may call, with the number of arguments."""
_CONSTANTS = {"true": True, "false": False, "null": None}
_RESERVED = {"and", "or", "if", "then", "else", "in", "between"}


@lru_cache(maxsize=4_096)
def parse_expression(source: str) -> Tree:
    """A whole expression, such as ``= verdict != "approve"``; a leading ``=`` is allowed."""
    text = source.strip()
    if text.startswith("=") and not text.startswith("=="):
        text = text[1:]
    parser = _Parser(text)
    return parser.whole(parser.expression)


@lru_cache(maxsize=4_096)
def parse_tests(source: str) -> Tree | None:
    """A cell of a table: unary tests over its input. ``None`` for ``-``, which holds for everything."""
    if source.strip() in {"", "-"}:
        return None
    parser = _Parser(source)
    return parser.whole(parser.cell)


class TooMuch(ExpressionError):
    """Reading this text would take too long."""


class _Parser:
    """Recursive descent, one method a rule of the grammar."""

    def __init__(self, source: str):
        self.words = words(source)
        self.at = 0
        self.depth = 0
        self.taken = 0

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def next(self) -> Word:
        word = self.word
        self.taken += 1
        if self.taken > MAX_TAKEN:
            raise TooMuch("the expression takes too long to read")
        if word is not END:
            self.at += 1
        return word

    def sees(self, *texts: str) -> bool:
        return self.word.kind in {"sign", "name"} and self.word.text in texts

    def takes(self, *texts: str) -> Word | None:
        return self.next() if self.sees(*texts) else None

    def needs(self, text: str) -> None:
        if not self.takes(text):
            raise ExpressionError(f"{text!r} is missing before {self.word.text or 'the end'!r}")

    def whole(self, rule: Callable[[], Tree]) -> Tree:
        tree = rule()
        if self.word is not END:
            raise ExpressionError(f"not expected here: {self.word.text!r}")
        return tree

    def deeper(self, rule: Callable[[], Tree]) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        try:
            return rule()
        finally:
            self.depth -= 1

    # Cells

    def cell(self) -> Tree:
        if self.sees("not") and self.words[self.at + 1].text == "(":
            start = self.at
            self.next(), self.next()
            tests = self.tests(INPUT)
            self.needs(")")
            if self.word is END:
                return ["call", "negated", [tests]]
            self.at = start
        return self.tests(INPUT)

    def tests(self, subject: Tree) -> Tree:
        """``test, test, ...``: one of them holds."""
        return self.joined("or", ",", lambda: self.deeper(lambda: self.test(subject)))

    def joined(self, kind: str, sign: str, part: Callable[[], Tree]) -> Tree:
        """``part sign part ...`` as one flat node, or the only part."""
        parts = [part()]
        while self.takes(sign):
            parts.append(part())
        return parts[0] if len(parts) == 1 else [kind, *parts]

    def test(self, subject: Tree) -> Tree:
        if sign := self.takes(*COMPARISONS):
            return ["call", COMPARISONS[sign.text], [subject, self.sum()]]
        start = self.at
        if self.sees("[", "(", "]"):
            interval = self.interval(subject)
            if interval is not None:
                return interval
            self.at = start
        tree = self.expression()
        return ["call", "holds", [tree]] if _mentions_input(tree) else ["call", "matches", [subject, tree]]

    def interval(self, subject: Tree) -> Tree | None:
        """``[1..5]``; an outward bracket leaves the bound out. Nothing when it is not one."""
        opening = self.next().text
        try:
            low = self.deeper(self.sum)
        except TooMuch:
            raise
        except ExpressionError:
            return None
        if not self.takes(".."):
            return None
        high = self.deeper(self.sum)
        closing = self.takes("]", ")", "[")
        if closing is None:
            raise ExpressionError("the interval is not closed")
        lower = ["call", "at_least" if opening == "[" else "more", [subject, low]]
        upper = ["call", "at_most" if closing.text == "]" else "less", [subject, high]]
        return ["and", lower, upper]

    # Expressions

    def expression(self) -> Tree:
        return self.deeper(self._condition if self.sees("if") else self._either)

    def _condition(self) -> Tree:
        self.needs("if")
        test = self.expression()
        self.needs("then")
        then = self.expression()
        self.needs("else")
        return ["if", test, then, self.expression()]

    def _either(self) -> Tree:
        return self.joined("or", "or", self._both)

    def _both(self) -> Tree:
        return self.joined("and", "and", self._comparison)

    def _comparison(self) -> Tree:
        tree = self.sum()
        if sign := self.takes(*COMPARISONS):
            return ["call", COMPARISONS[sign.text], [tree, self.sum()]]
        if self.takes("between"):
            low = self.sum()
            self.needs("and")
            return ["and", ["call", "at_least", [tree, low]], ["call", "at_most", [tree, self.sum()]]]
        if self.takes("in"):
            return self._within(tree)
        return tree

    def _within(self, subject: Tree) -> Tree:
        start = self.at
        if self.takes("("):
            try:
                tests = self.tests(subject)
            except TooMuch:
                raise
            except ExpressionError:
                tests = None
            if tests is not None and self.takes(")"):
                return tests
            self.at = start
        return self.deeper(lambda: self.test(subject))

    def sum(self) -> Tree:
        tree = self._product()
        while sign := self.takes("+", "-"):
            tree = ["call", ARITHMETIC[sign.text], [tree, self._product()]]
        return tree

    def _product(self) -> Tree:
        tree = self._signed()
        while sign := self.takes("*", "/"):
            tree = ["call", ARITHMETIC[sign.text], [tree, self._signed()]]
        return tree

    def _signed(self) -> Tree:
        if self.takes("-"):
            return ["call", "minus", [["literal", 0], self.deeper(self._signed)]]
        return self._operand()

    def _operand(self) -> Tree:
        word = self.next()
        if word.kind in {"number", "string"}:
            return ["literal", word.value]
        if word.kind == "name":
            return self._named(word.text)
        if word.text == "?":
            return INPUT
        if word.text == "(":
            tree = self.expression()
            self.needs(")")
            return tree
        if word.text == "[":
            return ["list", self._items("]")]
        raise ExpressionError(f"not expected here: {word.text or 'the end'!r}")

    def _named(self, name: str) -> Tree:
        if name in _CONSTANTS:
            return ["literal", _CONSTANTS[name]]
        if name in _RESERVED:
            raise ExpressionError(f"not expected here: {name!r}")
        if not self.takes("("):
            return self._variable(name)
        arguments = self._items(")")
        if FUNCTIONS.get(name) != len(arguments):
            raise ExpressionError(f"there is no function {name!r} with {len(arguments)} arguments")
        return ["call", name, arguments]

    def _variable(self, name: str) -> Tree:
        if iskeyword(name) or " " in name:
            raise ExpressionError(f"not a name: {name!r}")
        return ["name", name]

    def _items(self, closing: str) -> list[Tree]:
        items: list[Tree] = []
        if self.takes(closing):
            return items
        items.append(self.expression())
        while self.takes(","):
            items.append(self.expression())
        self.needs(closing)
        return items


def _mentions_input(tree: Any) -> bool:
    if tree == INPUT:
        return True
    return isinstance(tree, list) and tree[:1] != ["literal"] and any(_mentions_input(part) for part in tree)
