"""What a questionnaire asks, and which values answer a question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal, is_clean, parse_decimal

Question = Mapping[str, Any]
KINDS: Mapping[str, str] = {
    "single": N_("One choice"),
    "several": N_("Several choices"),
    "number": N_("A number"),
    "text": N_("Free text"),
}
CHOOSING = frozenset({"single", "several"})
LONGEST = 2000
FEWEST_CHOICES = 2


def keyed(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Questions as they are kept: ``q1``, ``q2`` …, their choices ``c1``, ``c2`` …, in the order they were written."""
    return [
        {
            "key": f"q{n}",
            "kind": question["kind"],
            "text": question["text"],
            "choices": [{"key": f"c{m}", "text": text} for m, text in enumerate(question["choices"], start=1)],
            "required": question["required"],
        }
        for n, question in enumerate(questions, start=1)
    ]


def flaws(questions: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Questions that nobody can answer: choices that are missing, or that nobody is offered."""
    for n, question in enumerate(questions):
        place = f"/questions/{n}/choices"
        if question["kind"] in CHOOSING and len(question["choices"]) < FEWEST_CHOICES:
            yield Fault(place, N_("A question with choices needs two at least."))
        elif question["kind"] not in CHOOSING and question["choices"]:
            yield Fault(place, N_("Only a question with choices has choices."))


def read_answer(
    questions: Sequence[Question], given: Mapping[str, Any], pointer: str
) -> tuple[dict[str, Any], list[Fault]]:
    """The values as they are kept, and what is wrong with them, each under ``pointer``."""
    asked = {question["key"]: question for question in questions}
    found: dict[str, Any] = {}
    faults = [Fault(f"{pointer}/{key}", N_("There is no such question.")) for key in given if key not in asked]
    for key, question in asked.items():
        if given.get(key) in (None, "", []):
            if question["required"]:
                faults.append(Fault(f"{pointer}/{key}", N_("This question must be answered."), code="required"))
            continue
        try:
            found[key] = _READERS[question["kind"]](given[key], [choice["key"] for choice in question["choices"]])
        except ValueError as wrong:
            faults.append(Fault(f"{pointer}/{key}", str(wrong)))
    if not found and not faults:
        faults.append(Fault(pointer, N_("Nothing was answered.")))
    return found, faults


def _single(value: Any, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(N_("Must be one of the choices."))
    return value


def _several(value: Any, choices: Collection[str]) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one in choices for one in value):
        raise ValueError(N_("Must be a list of the choices."))
    return [choice for choice in choices if choice in value]


def _number(value: Any, choices: Collection[str]) -> str:
    try:
        return canonical_decimal(parse_decimal(value))
    except ValueError:
        raise ValueError(N_("Must be a number as a text, such as 1.55.")) from None


def _text(value: Any, choices: Collection[str]) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not is_clean(value):
        raise ValueError(N_("Must be a text of 2000 characters at most."))
    return value


_READERS: Mapping[str, Callable[[Any, Collection[str]], Any]] = {
    "single": _single,
    "several": _several,
    "number": _number,
    "text": _text,
}
