"""What may be asked, what answers a question, and what answers say together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.kernel.errors import Conflict
from app.modules.research.rules.enough import Count, missing
from app.modules.research.rules.questions import flaws, keyed, read_answer
from app.modules.research.rules.results import results_of
from app.modules.research.rules.states import MOVES, move

YES, NO = {"en": "Yes", "zh": "是"}, {"en": "No", "zh": "否"}


def question(kind: str, *choices: dict[str, str], required: bool = True) -> dict[str, Any]:
    return {"kind": kind, "text": {"en": "?", "zh": "？"}, "choices": list(choices), "required": required}


QUESTIONS = keyed(
    [
        question("single", YES, NO),
        question("several", YES, NO),
        question("number", required=False),
        question("text", required=False),
    ]
)
RIGHT = {"q1": "c1", "q2": ["c2", "c1"], "q3": "1500.50", "q4": "Rates."}


def test_a_question_with_choices_has_some_and_no_other_has() -> None:
    asked = [question("single", YES), question("several", YES, NO), question("text", YES, NO)]
    assert [fault.pointer for fault in flaws(asked)] == ["/questions/0/choices", "/questions/2/choices"]


def test_a_right_answer_is_kept_in_one_way_of_writing() -> None:
    assert read_answer(QUESTIONS, RIGHT, "") == ({"q1": "c1", "q2": ["c1", "c2"], "q3": "1500.5", "q4": "Rates."}, [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("q1", "c3"),
        ("q1", ["c1"]),
        ("q1", None),
        ("q2", "c1"),
        ("q2", ["c1", 2]),
        ("q2", []),
        ("q3", 1500),
        ("q3", "many"),
        ("q4", "\x00"),
        ("q4", "x" * 2001),
        ("q5", "c1"),
    ],
)
def test_a_wrong_value_is_pointed_at(key: str, value: Any) -> None:
    _, faults = read_answer(QUESTIONS, {**RIGHT, key: value}, "/answers/0/given")
    assert [fault.pointer for fault in faults] == [f"/answers/0/given/{key}"]


def test_an_answer_answers_something() -> None:
    _, faults = read_answer(QUESTIONS[2:], {"q4": ""}, "/given")
    assert [fault.pointer for fault in faults] == ["/given"]


def test_answers_are_counted_averaged_and_quoted() -> None:
    kept = [RIGHT, {"q1": "c1", "q2": ["c2"], "q3": "2"}, {"q1": "c2", "q2": ["c2"], "q3": "3.1"}]
    single, several, number, text = results_of(QUESTIONS, kept)
    assert (single.answered, single.counts) == (3, {"c1": 2, "c2": 1})
    assert several.counts == {"c1": 1, "c2": 3}
    assert (number.mean, number.lowest, number.highest) == (Decimal("501.87"), 2, Decimal("1500.5"))
    assert text.quotes == ["Rates."]
    assert results_of(QUESTIONS, [])[2].mean is None


def test_what_is_open_is_edited_no_more_and_what_is_closed_not_answered() -> None:
    assert move("draft", "open") == "open"
    for state, verb in (("open", "edit"), ("draft", "answer"), ("closed", "answer"), ("closed", "open")):
        assert (state, verb) not in MOVES
        with pytest.raises(Conflict):
            move(state, verb)


def test_a_plan_rests_on_somebody_who_was_asked() -> None:
    assert [fault.pointer for fault in missing(Count(0, 0, 3, 3))] == ["/data/needs"]
    assert not list(missing(Count(1, 0, 0, 0)))
    assert not list(missing(Count(0, 1, 0, 0)))
