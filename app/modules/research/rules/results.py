"""What the answers to a questionnaire say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.modules.research.rules.questions import Question

PLACES = Decimal("0.01")
MOST_QUOTED = 50


@dataclass(frozen=True)
class Result:
    """A question with how often it was answered; by its kind the counts, the figures or the texts."""

    question: Question
    answered: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """Key of a choice → how many chose it, none left out."""
    mean: Decimal | None = None
    """Rounded half to even, to two places."""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    quotes: Sequence[str] = ()
    """The latest first."""


def results_of(questions: Sequence[Question], answers: Sequence[Mapping[str, Any]]) -> list[Result]:
    """One result per question; ``answers`` as they are kept, the latest first."""
    return [_result(question, [a[question["key"]] for a in answers if question["key"] in a]) for question in questions]


def _result(question: Question, values: Sequence[Any]) -> Result:
    if question["kind"] == "text":
        return Result(question, len(values), quotes=values[:MOST_QUOTED])
    if question["kind"] == "number":
        return _figures(question, [Decimal(value) for value in values])
    chosen = Counter(key for value in values for key in ([value] if question["kind"] == "single" else value))
    return Result(
        question, len(values), counts={choice["key"]: chosen[choice["key"]] for choice in question["choices"]}
    )


def _figures(question: Question, numbers: Sequence[Decimal]) -> Result:
    if not numbers:
        return Result(question, 0)
    mean = (sum(numbers, Decimal()) / len(numbers)).quantize(PLACES)
    return Result(question, len(numbers), mean=mean, lowest=min(numbers), highest=max(numbers))
