"""The task page: what it shows to whom, and what becomes of an answer."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from app.kernel import audit
from app.kernel.database import end_read, session
from app.workflow.models import Attachment
from tests.desks.conftest import Bank, Desk, texts
from tests.desks.drawings import OK

DeskOf = Callable[..., Desk]
PNG = b"\x89PNG\r\n\x1a\n and more"


def version(page: str) -> str:
    return texts(page, r'name="version" value="(\d+)"')[0]


def test_a_task_of_a_case_one_takes_no_part_in_is_not_there(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    assert desk("he.jia").get(f"/tasks/{task}").status_code == 404
    assert desk("he.jia").post(f"/tasks/{task}", OK).status_code == 404
    assert desk("chen.rui").get("/tasks/99999").status_code == 404


def test_the_page_shows_what_was_said_so_far_with_its_dissent(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    cases.complete(opened["compliance"], "zhou.ting", {"decision": "reject", "comment": "Hides the fee."})
    page = desk("chen.rui").main(f"/tasks/{opened['risk']}")
    assert "Hides the fee." in page
    assert "Zhou Ting" in page
    assert 'chip-bad">Reject' in page


def test_the_page_says_why_it_comes_to_me_in_the_readers_language(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    assert "within three business days" in desk("chen.rui").main(f"/tasks/{task}")
    assert "所列各部门在三个工作日内出具意见。" in desk("chen.rui", "zh").main(f"/tasks/{task}")


def test_an_answer_completes_the_task_and_the_case_goes_on(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    reviewer = desk("chen.rui")
    page = reviewer.main(f"/tasks/{opened['risk']}")
    answer = reviewer.post(f"/tasks/{opened['risk']}", {**OK, "version": version(page)}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Completed by" in answer.text
    assert cases.task(opened["risk"]).closed_by == "chen.rui"


def test_a_wrong_answer_stands_beside_its_field_and_what_was_typed_is_kept(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    answer = desk("chen.rui").post(f"/tasks/{task}", {"version": "1", "comment": "Half a sentence"})
    assert answer.status_code == 422
    assert "Half a sentence" in answer.text
    assert 'class="field-error"' in answer.text
    assert cases.task(task).state == "open"


def test_whoever_comes_second_is_told_who_was_first_and_keeps_the_text(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.complete(task, "xu.feng")
    answer = desk("chen.rui").post(f"/tasks/{task}", {"version": "1", "decision": "reject", "comment": "My own words"})
    assert answer.status_code == 409
    assert "Xu Feng has already completed this task." in answer.text
    assert "Nothing of yours was recorded." in answer.text
    assert "My own words" in answer.text


def test_an_old_version_shows_the_new_state_and_keeps_the_text(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    reviewer = desk("chen.rui")
    answer = reviewer.post(f"/tasks/{task}", {"version": "1", "decision": "approve", "comment": "My own words"})
    assert answer.status_code == 409
    assert "My own words" in answer.text
    again = reviewer.post(
        f"/tasks/{task}", {"version": version(answer.text), "decision": "approve", "comment": "My own words"}
    )
    assert again.status_code == 303


def test_four_eyes_hold_on_the_page(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    for department, username in (("risk", "chen.rui"), ("compliance", "zhou.ting"), ("finance", "liang.yu")):
        decide = cases.complete(opened[department], username)
    initiator = desk("lin.yue")
    assert 'id="decision-form"' not in initiator.main(f"/tasks/{decide['executive']}")
    assert initiator.post(f"/tasks/{decide['executive']}", {**OK, "version": "1"}).status_code == 403


def test_what_is_typed_is_kept_on_the_server_for_whoever_claimed_the_task(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    reviewer = desk("chen.rui")
    saved = reviewer.post(f"/tasks/{task}/draft", {"comment": "Not finished"})
    assert saved.status_code == 200
    assert "Saved" in saved.text
    assert "Not finished" in reviewer.main(f"/tasks/{task}")
    assert "Not finished" not in desk("zhou.ting").main(f"/tasks/{task}")


def test_a_draft_of_a_task_somebody_else_has_is_refused_in_words(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "xu.feng")
    refused = desk("chen.rui").post(f"/tasks/{task}/draft", {"comment": "Mine"})
    assert refused.status_code == 403
    assert "What you type is not kept." in refused.text


def test_evidence_is_kept_with_its_hash_and_read_only_by_those_who_take_part(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    reviewer = desk("chen.rui")
    answer = reviewer.post(f"/tasks/{task}/evidence", {"file": (io.BytesIO(PNG), "压力 test.png")})
    assert answer.status_code == 303
    page = reviewer.main(f"/tasks/{task}")
    assert "压力 test.png" in page
    assert '<img src="/evidence/1"' in page
    shown = reviewer.get("/evidence/1")
    assert (shown.data, shown.mimetype) == (PNG, "image/png")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert desk("he.jia").get("/evidence/1").status_code == 404


def test_only_pictures_and_pdf_are_shown_by_the_browser_itself(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    reviewer = desk("chen.rui")
    reviewer.post(f"/tasks/{task}/evidence", {"file": (io.BytesIO(b"<script>alert(1)</script>"), "a.txt")})
    shown = reviewer.get("/evidence/1")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "a.png"), (b"MZ", "a.exe"), (b"not a picture", "a.png"), (b"x" * 10_485_761, "a.txt")]
)
def test_evidence_of_the_wrong_kind_is_refused_beside_its_field(
    desk: DeskOf, cases: Bank, content: bytes, name: str
) -> None:
    task = cases.start()["risk"]
    answer = desk("chen.rui").post(f"/tasks/{task}/evidence", {"file": (io.BytesIO(content), name)})
    assert answer.status_code in {413, 422}
    assert 'id="evidence-error"' in answer.text
    assert session().query(Attachment).count() == 0
    end_read()


def test_a_case_is_sent_back_only_to_a_step_it_has_been_through(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    reviewer = desk("chen.rui")
    page = reviewer.main(f"/tasks/{opened['risk']}")
    assert texts(page, r'<option value="(\w+)"[^>]*>Prepare the clause') == ["prepare"]
    assert '<option value="decide"' not in page
    back = {"element_id": "prepare", "reason": "The wording hides the fee.", "version": version(page)}
    assert reviewer.post(f"/tasks/{opened['risk']}/send-back", back).status_code == 303
    assert cases.task(opened["finance"]).state == "cancelled"
    assert "The wording hides the fee." in desk("lin.yue").main(f"/cases/{opened['case']}")


def test_sending_back_takes_a_reason(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    answer = desk("chen.rui").post(f"/tasks/{task}/send-back", {"element_id": "prepare", "version": "1"})
    assert answer.status_code == 422
    assert 'id="f-reason-error"' in answer.text


def test_a_task_is_delegated_only_to_somebody_who_may_do_it(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    reviewer = desk("chen.rui")
    page = reviewer.main(f"/tasks/{task}")
    assert set(texts(page, r'<option value="([a-z.]+)" translate="no"')) == {"xu.feng"}
    assert reviewer.post(f"/tasks/{task}/delegate", {"to": "lin.yue"}).status_code == 422
    assert reviewer.post(f"/tasks/{task}/delegate", {"to": "xu.feng"}).status_code == 303
    assert "Delegated by" in desk("xu.feng").main(f"/tasks/{task}")


def test_a_remark_is_seen_by_all_who_take_part(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    desk("chen.rui").post(f"/tasks/{opened['risk']}/comments", {"text": "Look at liquidity <b>first</b>."})
    page = desk("zhou.ting").main(f"/tasks/{opened['compliance']}")
    assert "Look at liquidity &lt;b&gt;first&lt;/b&gt;." in page


def test_the_history_is_told_in_words_and_the_chain_holds(desk: DeskOf, cases: Bank) -> None:
    opened = cases.start()
    cases.claim(opened["risk"], "chen.rui")
    english, chinese = (desk("chen.rui", lang).main(f"/tasks/{opened['risk']}") for lang in ("en", "zh"))
    assert "Chen Rui claimed “Review the clause”." in english
    assert "陈睿" in chinese
    assert "会签条款" in chinese
    assert list(audit.verify(session())) == []
    end_read()


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "x", "9" * 30])
def test_a_version_that_is_none_is_an_old_one(desk: DeskOf, cases: Bank, text: str) -> None:
    task = cases.start()["risk"]
    assert desk("chen.rui").post(f"/tasks/{task}", {**OK, "version": text}).status_code == 409


def test_a_draft_is_nobody_elses_business(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    desk("chen.rui").post(f"/tasks/{task}/draft", {"comment": "Not finished"})
    assert desk("chen.rui").get(f"/api/v1/tasks/{task}").json["values"]["comment"] == "Not finished"
    for other in ("xu.feng", "lin.yue", "jin.cheng"):
        assert desk(other).get(f"/api/v1/tasks/{task}").json["values"] == {}, other


def test_a_draft_has_a_size(desk: DeskOf, cases: Bank) -> None:
    task = cases.start()["risk"]
    cases.claim(task, "chen.rui")
    assert desk("chen.rui").post(f"/tasks/{task}/draft", {"comment": "x" * 300_000}).status_code == 413
