"""The plan of a rollout begins with the approved texts that fit the change, and keeps where its texts came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.clock import start_of_day
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Invalid
from app.kernel.outbox import OutboxMessage
from app.modules.changes.models import Rollout, RolloutMaterial
from app.modules.changes.services import launching
from app.modules.changes.services.texts import materials_of
from app.modules.documents.demo import load_demo_templates
from app.modules.documents.queries.products import Asked, documents
from app.modules.documents.services.filling import MOST
from app.workflow.forms.library import form_named
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import known_of
from app.workflow.vocabulary import Known
from tests.modules.changes.conftest import Ask
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, put_live
from tests.processes.conftest import Kept
from tests.processes.play import Play
from tests.processes.test_waves import WAVES
from tests.shell.conftest import sign_in
from tests.shell.test_crawl import _complaints as complaints

EFFECTIVE = date(2026, 12, 28)
BROCHURE, POSTER = "deposit-brochure", "deposit-rate-poster"


@pytest.fixture
def decided(kept: Kept[Play]) -> Play:
    return kept(approved)


def approved() -> Play:
    """A rate cut of a deposit, approved, with the templates of the demo bank in force."""
    play = Play()
    with unit_of_work() as uow:
        load_demo_templates(uow, play.now)
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, effective_on=EFFECTIVE)
    return play.submit().prepare().review().do("executive_decision")


def known(play: Play) -> Known:
    task = session().get_one(Task, play.task("plan_rollout").id)
    found = known_of(session(), task, session().get_one(ProcessInstance, task.instance_id), play.now)
    end_read()
    return found


def filled(play: Play) -> Mapping[str, Any]:
    return known(play).values


def rollout(play: Play) -> Rollout:
    found = session().get_one(Rollout, play.request_id)
    end_read()
    return found


def test_strategy_notices_and_materials_are_offered_for_existing_and_new_customers(decided: Play) -> None:
    values = filled(decided)
    assert values["strategy"].startswith("推广对象：整存整取，拟于2026年12月28日生效。")
    existing, new = values["notice_text"].split("\n\n")
    assert "1年：由1.55%调整为1.35%" in existing
    assert "到期前仍按存入时约定的利率计息" in existing
    assert "新存入或到期转存的整存整取，执行以下利率：1年：年利率1.35%" in new
    assert values["notice_text_en"].startswith("To our depositors\nFrom 28 December 2026")
    assert values["materials"] == [BROCHURE, POSTER]


def test_the_rollout_keeps_the_versions_its_texts_came_from(decided: Play) -> None:
    decided.do("plan_rollout", notice_days=0, **filled(decided))
    kept = rollout(decided)
    assert set(kept.written_from) == {"strategy", "notice_text", "notice_text_en"}
    assert [t["template"] for t in kept.written_from["notice_text"]["templates"]] == [
        "deposit-rate-existing",
        "deposit-rate-new",
    ]
    assert all(len(t["content_hash"]) == 64 and t["number"] == 1 for t in kept.written_from["strategy"]["templates"])
    assert [source["edited"] for source in kept.written_from.values()] == [False, False, False]


def test_an_edited_text_is_kept_and_said_to_be_edited(decided: Play) -> None:
    decided.do("plan_rollout", **{**filled(decided), "notice_days": 0, "notice_text": "利率有变，详询网点。"})
    kept = rollout(decided)
    assert kept.notice_text == "利率有变，详询网点。"
    assert kept.written_from["notice_text"]["edited"] is True
    assert kept.written_from["notice_text_en"]["edited"] is False


def test_a_text_left_alone_names_the_day_that_the_plan_fixes(decided: Play) -> None:
    decided.do("plan_rollout", **{**filled(decided), "notice_days": 0, "effective_on": "2027-01-04"})
    kept = rollout(decided)
    assert "自2027年1月4日起" in kept.notice_text
    assert "4 January 2027" in (kept.notice_text_en or "")
    assert kept.written_from["notice_text"]["edited"] is False


def test_an_edited_text_that_names_another_day_is_refused(decided: Play) -> None:
    values = {**filled(decided), "notice_days": 0, "effective_on": "2027-01-04"}
    values["notice_text"] += "\n敬请留意。"
    with pytest.raises(Invalid) as refusal:
        decided.do("plan_rollout", **values)
    assert [(f.pointer, f.values["day"]) for f in refusal.value.faults] == [("/data/notice_text", "2026年12月28日")]
    assert decided.standing() == ["plan_rollout"]


def test_a_text_of_waves_names_the_first_day_and_the_last(decided: Play) -> None:
    decided.do("plan_rollout", notice_days=0, pace="waves", waves=WAVES, **filled(decided))
    assert "自2026年12月7日（分批实施，2026年12月28日全面实施）起" in rollout(decided).notice_text


def test_each_material_is_kept_in_each_language_with_its_version(decided: Play) -> None:
    decided.do("plan_rollout", notice_days=0, **filled(decided))
    rows = materials_of(session(), decided.request_id)
    each = [(template, language, 1) for template in (BROCHURE, POSTER) for language in ("zh", "en")]
    assert [(row.template, row.language, row.number) for row in rows] == each
    assert rows[2].text.startswith("整存整取利率公告\n自2026年12月28日起执行：1年：年利率1.35%")
    end_read()


def test_materials_become_documents_of_the_products_and_are_held_against_later_terms(decided: Play) -> None:
    decided.do("plan_rollout", notice_days=0, **filled(decided))
    texts = {row.text for row in materials_of(session(), decided.request_id)}
    end_read()
    decided.wait(days=40)
    asked = Asked(EFFECTIVE, "TD")
    assert {kept.document.text for kept in documents(session(), asked)} == texts
    assert documents(session(), Asked(EFFECTIVE, "TD", contradicting=True)) == []
    end_read()
    later = EFFECTIVE + timedelta(days=40)
    decided.step(lambda uow: put_live(uow, "TD", dearer(TIME_DEPOSIT, "1.25"), start_of_day(later), decided.now))
    for day, number in ((later - timedelta(days=1), 0), (later, 4)):
        assert len(documents(session(), Asked(day, "TD", contradicting=True))) == number
    end_read()


def test_a_material_that_is_not_ticked_is_not_kept_and_one_that_is_not_offered_is_refused(decided: Play) -> None:
    with pytest.raises(Invalid):
        decided.do("plan_rollout", notice_days=0, materials=["rollout-all-units"])
    decided.do("plan_rollout", notice_days=0, materials=[])
    assert session().scalars(select(RolloutMaterial)).all() == []
    end_read()


def test_the_notice_goes_out_in_both_languages(decided: Play) -> None:
    decided.do("plan_rollout", notice_days=0, **filled(decided))
    sent = session().scalars(select(OutboxMessage).where(OutboxMessage.topic == "customers.notified")).all()
    kept = rollout(decided)
    assert sent
    assert all(m.payload["texts"] == {"zh": kept.notice_text, "en": kept.notice_text_en} for m in sent)
    end_read()


def test_without_templates_the_texts_are_typed_as_before(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit()
    play.prepare().review().do("executive_decision")
    assert filled(play) == {"materials": []}
    assert known(play).facts == {"materials_offered": False}
    play.do("plan_rollout", notice_days=0)
    assert (rollout(play).written_from, rollout(play).notice_text_en) == ({}, None)


def test_products_of_two_families_get_the_texts_of_each(play: Play) -> None:
    with unit_of_work() as uow:
        load_demo_templates(uow, play.now)
    play.sell({"TD": TIME_DEPOSIT, "HL": LOAN})
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35"), "HL": dearer(LOAN, "3.45")}).submit()
    found = launching.offered_texts(session(), play.request(), play.now).found["customer_notice"]
    end_read()
    assert {f.key: ("整存整取" in f.texts["zh"], "个人住房贷款" in f.texts["zh"]) for f in found} == {
        "deposit-rate-existing": (True, False),
        "deposit-rate-new": (True, False),
        "loan-terms-existing": (False, True),
    }


def test_what_fits_into_the_form_is_what_the_form_takes() -> None:
    longest = {c.key: c.limits.max_length for c in form_named("rollout_plan").components if c.type == "textarea"}
    assert {longest[name] for name in ("strategy", "notice_text", "notice_text_en")} == {MOST}


def test_programs_read_what_is_offered_and_what_was_kept(ask: Ask, play: Play) -> None:
    with unit_of_work() as uow:
        load_demo_templates(uow, play.now)
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare().review().do("executive_decision")
    path = f"/change-requests/{play.request_id}"
    offered = ask("zhao.heng", "GET", f"{path}/texts").json["items"]
    assert [(t["kind"], t["template"]) for t in offered] == [
        ("rollout_strategy", "rollout-all-units"),
        ("customer_notice", "deposit-rate-existing"),
        ("customer_notice", "deposit-rate-new"),
        ("promotional_material", BROCHURE),
        ("promotional_material", POSTER),
    ]
    assert ask("he.jia", "GET", f"{path}/texts").status_code == 404
    play.do("plan_rollout", notice_days=0, **filled(play))
    kept = ask("zhao.heng", "GET", path).json["rollout"]
    assert [m["language"] for m in kept["materials"]] == ["zh", "en", "zh", "en"]
    assert kept["written_from"]["notice_text_en"]["edited"] is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_texts_stand_on_the_pages_and_in_the_approvers_file(decided: Play, bank: Flask, language: str) -> None:
    client = bank.test_client()
    client.set_cookie("language", language)
    sign_in(client, "zhao.heng")
    page = f"/requests/{decided.request_id}"
    before = client.get(f"{page}/texts").text
    assert "尊敬的存款客户" in before
    assert "To our depositors" in before
    assert f'href="{page}/texts"' in client.get(page).text
    task = client.get(f"/tasks/{decided.task('plan_rollout').id}").text
    assert "尊敬的存款客户" in task
    assert 'value="deposit-rate-poster" checked' in task
    decided.do("plan_rollout", notice_days=0, pace="waves", waves="2026-12-07 mobile", **filled(decided))
    for path in (page, f"{page}/file", f"{page}/texts"):
        text = client.get(path).text
        assert "整存整取利率公告" in text, path
        assert "Rates of Time deposit" in text, path
        assert list(complaints(lxml.html.fromstring(text), language)) == [], path
    assert client.get(f"{page}/file.pdf").status_code == 200
