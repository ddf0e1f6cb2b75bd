"""The inbox: who sees which task, in what order, and how it is taken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.desks.conftest import Bank, Desk, texts
from tests.desks.drawings import OK
from tests.statements import counted

DeskOf = Callable[..., Desk]


def listed(page: str) -> list[int]:
    return [int(t) for t in texts(page, r'data-task="(\d+)"')]


def test_a_task_stands_in_the_inbox_of_its_department_and_of_nobody_else(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    assert listed(desk("chen.rui").main("/inbox?filter=group")) == [opened["risk"]]
    assert listed(desk("zhou.ting").main("/inbox?filter=group")) == [opened["compliance"]]
    assert listed(desk("he.jia").main("/inbox?filter=all")) == []


def test_all_i_may_see_holds_the_tasks_of_the_cases_i_take_part_in(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    del opened["case"]
    for username in ("lin.yue", "chen.rui", "jin.cheng"):
        assert sorted(listed(desk(username).main("/inbox?filter=all"))) == sorted(opened.values()), username


def test_a_row_says_what_is_asked_for_which_product_from_whom_and_how_long_is_left(desk: DeskOf, cases: Bank) -> None:
    cases.start(product="TD-007", title="Cut the rate")
    page = desk("chen.rui").main("/inbox?filter=group")
    for text in ("Review the clause", "Cut the rate", "TD-007", "Lin Yue", "Material", "business day"):
        assert text in page, text


@pytest.mark.parametrize("filter", ["mine", "group", "delegated", "all"])
def test_the_page_takes_at_most_five_statements(desk: DeskOf, cases: Bank, filter: str) -> None:
    for _ in range(3):
        cases.claim(cases.start()["risk"], "chen.rui")
    reviewer = desk("chen.rui")
    for name in ("One", "Two"):
        reviewer.post("/inbox/lists?filter=group&product=TD-001", {"name": name})

    # The very first page of a process, with no name known yet, may take two more.
    reviewer.get("/inbox")
    with counted() as asked:
        page = reviewer.get(f"/inbox?filter={filter}")
    assert page.status_code == 200
    assert 2 <= len(asked) <= 5, "\n".join(asked)


def test_pages_of_25_follow_each_other_without_gap_or_repetition(desk: DeskOf, cases: Bank) -> None:
    wanted = [cases.start()["risk"] for _ in range(28)]
    reviewer = desk("chen.rui")
    first = reviewer.main("/inbox?filter=group&sort=created")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = reviewer.main("/inbox" + following.group(1).replace("&amp;", "&"))
    assert len(listed(first)) == 25
    assert listed(first) + listed(second) == wanted[::-1]


def test_a_list_narrows_by_product_and_by_process(desk: DeskOf, cases: Bank) -> None:
    one, other = cases.start(product="TD-001"), cases.start(product="TD-002")
    reviewer = desk("chen.rui")
    assert listed(reviewer.main("/inbox?filter=group&product=TD-002")) == [other["risk"]]
    assert len(listed(reviewer.main("/inbox?filter=group&process=clause_review"))) == 2
    assert listed(reviewer.main("/inbox?filter=group&process=another")) == []
    assert one["risk"] in listed(reviewer.main("/inbox?filter=group"))


@pytest.mark.parametrize("query", ["filter=everything", "sort=name", "cursor=x", "limit=0"])
def test_a_choice_there_is_not_is_refused(desk: DeskOf, cases: Bank, query: str) -> None:
    assert desk("chen.rui").get(f"/inbox?{query}").status_code == 422


def test_claiming_moves_a_task_to_mine_at_once(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    reviewer = desk("chen.rui")
    answer = reviewer.post("/inbox/claim?filter=mine", {"task": str(task)}, follow_redirects=True)
    assert listed(answer.text) == [task]


def test_of_several_claimed_at_once_those_that_somebody_has_are_named(desk: DeskOf, cases: Bank) -> None:
    one, other = cases.start()["risk"], cases.start()["risk"]
    cases.claim(one, "xu.feng")
    answer = desk("chen.rui").post("/inbox/claim?filter=group", {"task": [str(one), str(other)]})
    assert "Xu Feng has claimed this task." in answer.text
    assert (cases.task(one).assignee, cases.task(other).assignee) == ("xu.feng", "chen.rui")


def test_nobody_claims_what_is_not_for_them(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    answer = desk("zhou.ting").post("/inbox/claim", {"task": [str(task), "x", "99999", "-1"]})
    assert "You may not do this." in answer.text
    assert cases.task(task).assignee is None


def test_the_preview_is_hidden_from_those_who_take_no_part(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    assert "Lin Yue" in desk("chen.rui").get(f"/tasks/{task}/preview").text
    assert desk("he.jia").get(f"/tasks/{task}/preview").status_code == 404


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("filter=mine", "Nothing is assigned to you"),
        ("filter=group", "Your department has nothing to do here"),
        ("filter=all", "No open tasks"),
        ("filter=group&product=X", "Nothing matches"),
    ],
)
def test_an_empty_list_says_what_would_fill_it(desk: DeskOf, cases: Bank, query: str, text: str) -> None:
    assert text in desk("chen.rui").main(f"/inbox?{query}")


def test_what_is_delegated_stands_in_a_list_of_its_own_until_it_is_given_back(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    assert listed(desk("xu.feng").main("/inbox?filter=delegated")) == []
    desk("chen.rui").post(f"/tasks/{task}/delegate", {"to": "xu.feng"})
    assert listed(desk("xu.feng").main("/inbox?filter=delegated")) == [task]
    assert listed(desk("chen.rui").main("/inbox?filter=delegated")) == []
    page = desk("xu.feng").main(f"/tasks/{task}")
    desk("xu.feng").post(f"/tasks/{task}", {**OK, "version": texts(page, r'name="version" value="(\d+)"')[0]})
    assert listed(desk("xu.feng").main("/inbox?filter=delegated")) == []
    assert listed(desk("chen.rui").main("/inbox?filter=mine")) == [task]


def test_a_list_is_kept_under_a_name_with_its_count_for_its_owner_only(desk: DeskOf, cases: Bank) -> None:
    cases.start(product="TD-007")
    cases.start(product="TD-008")
    reviewer = desk("chen.rui")
    answer = reviewer.post("/inbox/lists?filter=group&product=TD-007", {"name": "Time deposits"}, follow_redirects=True)
    assert re.search(r"Time deposits</span> <span class=\"count\">1</span>", answer.text)
    assert "Time deposits" not in desk("xu.feng").main("/inbox")
    again = reviewer.post("/inbox/lists?filter=group", {"name": "Time deposits"}, follow_redirects=True)
    assert re.search(r"Time deposits</span> <span class=\"count\">2</span>", again.text)
    assert again.text.count("Time deposits</span>") == 1


def test_a_list_is_removed_by_its_owner_only(desk: DeskOf, cases: Bank) -> None:
    reviewer = desk("chen.rui")
    page = reviewer.post("/inbox/lists?filter=group&sort=created", {"name": "Newest"}, follow_redirects=True).text
    address = texts(page, r'action="(/inbox/lists/\d+/remove)')[0]
    desk("xu.feng").post(address)
    assert "Newest</span>" in reviewer.main("/inbox")
    reviewer.post(address)
    assert "Newest</span>" not in reviewer.main("/inbox")


def test_a_list_needs_a_name_and_there_are_eight_at_most(desk: DeskOf, cases: Bank) -> None:
    reviewer = desk("chen.rui")
    assert reviewer.post("/inbox/lists?sort=created", {"name": " "}).status_code == 422
    for number in range(8):
        assert reviewer.post("/inbox/lists?sort=created", {"name": f"List {number}"}).status_code == 303
    refused = reviewer.post("/inbox/lists?sort=created", {"name": "One more"})
    assert refused.status_code == 422
    assert "At most 8 lists can be kept" in refused.text
