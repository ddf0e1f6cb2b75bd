"""What a step asks is said in one sentence, whatever way its documentation is written."""

from __future__ import annotations

import pytest

from app.desks.inbox.queries.asked import in_short

MANUAL = "Who: the initiator (rule 5). What: plan the scope. Say who sells. By when: three business days."


@pytest.mark.parametrize(
    ("text", "short", "more"),
    [
        (MANUAL, "Plan the scope.", True),
        ("办理人：申请人。内容：制定试点方案。时限：三个工作日。", "制定试点方案。", True),
        ("Decide within 1.5 days. The decision binds.", "Decide within 1.5 days.", True),
        ("决策。决策与所示内容绑定。", "决策。", True),
        ("Decide", "Decide", False),
        ("", "", False),
    ],
)
def test_the_page_says_in_one_sentence_what_is_asked(text: str, short: str, more: bool) -> None:
    asked = in_short(text)
    assert asked.short == short
    assert asked.whole == (text if more else "")
