"""The approver's file 审批档案: complete or not submitted, bound by its hash, exported whole, checked offline."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.kernel.database import session, unit_of_work
from app.kernel.errors import Invalid
from app.modules.changes import services
from app.modules.changes.exporting.verify import faults
from app.modules.changes.invariants import violations
from app.modules.changes.models import FilePart
from app.modules.changes.queries.file import evaluations_of, lines_of
from app.modules.changes.rules.file import WRITTEN, part_hash, told_by
from app.workflow.forms import form_named
from tests.modules.changes.conftest import Ask
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, person
from tests.processes.conftest import Kept
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of

ASKED_OF_A_LOAN = ["risk_assessment", "costing", "terms", "monitoring", "first_review"]


def loan(play: Play) -> Play:
    """A loan dearer by a whole percentage point: material."""
    play.sell({"L": LOAN})
    return play.draft({"L": dearer(LOAN, "4.35")}).submit()


def designing(play: Play) -> Play:
    return loan(play).do("assess_need")


@pytest.fixture
def say(ask: Ask, play: Play) -> Callable[..., TestResponse]:
    """``ask`` as the initiator of a loan that is being designed."""
    designing(play)
    return lambda method, path, body=None, who="lin.yue", **headers: ask(who, method, path, body, **headers)


def components(answer: TestResponse) -> dict[str, Any]:
    """The input components of a task's form, by key, however deep."""

    def walk(found: list[dict[str, Any]]) -> Any:
        for component in found:
            yield from walk(component.get("components", []))
            if "key" in component:
                yield component["key"], component

    return dict(walk(answer.json["form"]["components"]))


def test_a_minor_change_is_asked_for_nothing_more(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit().do("assess_need")
    play.do("design_change", **{f"file_{part}": None for part in WRITTEN})
    assert play.standing() == ["test_change"]


def test_a_program_finds_what_is_demanded_in_the_form(say: Callable[..., TestResponse], play: Play) -> None:
    task = play.task("design_change")
    asked = components(say("GET", f"/tasks/{task.id}"))
    fields = {key: c["validate"]["required"] for key, c in asked.items() if key.startswith("file_")}
    assert list(fields) == [f"file_{part}" for part in ASKED_OF_A_LOAN]
    chosen = {"decision": "resubmit"}
    answer = say("POST", f"/tasks/{task.id}/complete", {"version": task.version, "data": chosen})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [f"/data/file_{part}" for part in ASKED_OF_A_LOAN]
    filled = {**chosen, **dict.fromkeys(fields, "Stated.")}
    answer = say("POST", f"/tasks/{task.id}/complete", {"version": task.version, "data": filled})
    assert answer.status_code == 200, answer.json
    kept = play._read(lambda s: [row.part for row in lines_of_rows(s, play)])
    assert kept == sorted(ASKED_OF_A_LOAN)


def lines_of_rows(s: Any, play: Play) -> list[FilePart]:
    rows = s.query(FilePart).filter_by(change_request_id=play.request_id).order_by(FilePart.part)
    return list(rows)


def test_a_program_takes_the_bundle(say: Callable[..., TestResponse], play: Play, tmp_path: Path) -> None:
    answer = say("GET", f"/change-requests/{play.request_id}/file/bundle")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    (tmp_path / "f.zip").write_bytes(answer.data)
    assert list(faults(tmp_path / "f.zip")) == []
    assert say("GET", f"/change-requests/{play.request_id}/file/bundle", None, "he.jia").status_code == 404


def test_giving_up_needs_no_file(play: Play) -> None:
    designing(play).do(
        "design_change", decision="withdraw", note="Not now.", **dict.fromkeys(map("file_{}".format, WRITTEN))
    )
    assert play.request().state == "withdrawn"


def test_what_was_written_before_stands_in_the_form_and_counts(say: Callable[..., TestResponse], play: Play) -> None:
    path = f"/change-requests/{play.request_id}/file"
    for part in ASKED_OF_A_LOAN:
        tag = say("GET", path).headers["ETag"]
        answer = say("PUT", f"{path}/{part}", {"text": f"{part} 已填写"}, If_Match=tag)
        assert answer.status_code == 200, answer.json
    assert answer.json["materiality"] == "material"
    states = {p["part"]: p["state"] for p in answer.json["parts"] if p["demanded"]}
    assert states == {**dict.fromkeys(ASKED_OF_A_LOAN, "complete"), "test_evidence": "later"}
    task = play.task("design_change")
    found = say("GET", f"/tasks/{task.id}").json
    assert found["values"]["file_costing"] == "costing 已填写"
    body = {"version": task.version, "data": {"decision": "resubmit"}}
    assert say("POST", f"/tasks/{task.id}/complete", body).status_code == 200
    assert play.standing() == ["test_change"]


def test_a_part_says_which_state_it_saw_and_who_may(say: Callable[..., TestResponse], play: Play) -> None:
    path, body = f"/change-requests/{play.request_id}/file", {"text": "x"}
    tag = say("GET", path).headers["ETag"]
    assert say("PUT", f"{path}/costing", body).status_code == 428
    assert say("PUT", f"{path}/costing", body, "zhao.heng", If_Match=tag).status_code == 403
    assert say("PUT", f"{path}/nothing", body, If_Match=tag).status_code == 404
    assert say("PUT", f"{path}/costing", body, If_Match=tag).status_code == 200
    assert say("PUT", f"{path}/costing", body, If_Match=tag).status_code == 412
    tag = say("GET", path).headers["ETag"]
    wrong = say("PUT", f"{path}/costing", {"text": "x", "attachment_id": 4711}, If_Match=tag)
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "/attachment_id")
    long = say("PUT", f"{path}/costing", {"text": "x" * 8001}, If_Match=tag)
    assert (long.status_code, long.json["errors"][0]["pointer"]) == (422, "/text")
    gone = say("PUT", f"{path}/costing", {"text": None}, If_Match=tag)
    assert [p["text"] for p in gone.json["parts"] if p["part"] == "costing"] == [None]


def test_a_file_is_hidden_from_outsiders(say: Callable[..., TestResponse], play: Play) -> None:
    assert say("GET", f"/change-requests/{play.request_id}/file", None, "he.jia").status_code == 404
    assert say("GET", f"/change-requests/{play.request_id}/file", None, "jin.cheng").status_code == 200


def test_a_design_without_its_file_is_refused_with_a_pointer_for_each_part(play: Play) -> None:
    designing(play)
    with pytest.raises(Invalid) as refused:
        play.do("design_change", file_costing="", file_terms="")
    assert [f.pointer for f in refused.value.faults] == ["/data/file_costing", "/data/file_terms"]


def test_a_form_that_asks_for_nothing_does_not_let_a_file_through(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form is a drawing that a bank may change; the recorder asks the table itself."""
    designing(play)
    monkeypatch.setattr("app.workflow.vocabulary._KNOWN", {})
    with pytest.raises(Invalid) as refused:
        play.do("design_change")
    assert [f.pointer for f in refused.value.faults] == [f"/request/file/{part}" for part in ASKED_OF_A_LOAN]


def test_the_rule_that_demands_the_parts_is_kept(play: Play) -> None:
    designing(play).do("design_change")
    kept = play._read(
        lambda s: [(r.decision_key, r.element_id, r.inputs) for r, _ in evaluations_of(s, play.request())]
    )
    assert ("file_parts", "design_change", {"materiality": "material", "family": "loan"}) in kept


def test_a_later_edit_of_a_part_voids_what_was_approved(play: Play) -> None:
    """Rule 6: the file counts into the content; the departments whose matter it is review again."""
    loan(play).prepare().review()
    before = play.request().content_hash
    play.do("executive_decision", decision="send_back", reason="The costs are not told.")
    play.do("design_change", file_costing="Now with the cost of capital.").do("test_change")
    assert play.request().content_hash != before
    asked = set(play.asked())
    assert {"finance", "compliance"} <= asked
    assert not {"technology", "consumer_protection", "alm"} & asked


def test_writing_in_the_file_takes_a_request_in_review_back(play: Play) -> None:
    loan(play).prepare()
    same = {"costing": services.Written("Written: costing 已填写。")}
    other = {"costing": services.Written("Otherwise.")}
    for parts, state in ((same, "in_review"), (other, "submitted")):
        play.step(lambda uow, p=parts: write(uow, play, p))
        assert play.request().state == state


def write(uow: Any, play: Play, parts: Any) -> None:
    services.write_parts(uow, request_id=play.request_id, parts=parts, actor=person(uow, "lin.yue"), now=play.now)


def test_a_text_changed_behind_the_platform_is_found(play: Play) -> None:
    designing(play).do("design_change")
    assert list(violations(session())) == []
    with unit_of_work() as uow:
        uow.execute(update(FilePart).where(FilePart.part == "costing").values(text="Cheap."))
    assert any("approver's file" in sentence for sentence in violations(session()))


def test_what_the_versions_tell_need_not_be_written() -> None:
    market = {"target_market": {"groups": ["mass"]}, "risk": {"seller_rating": "R2", "not_for": {"en": "the cautious"}}}
    assert told_by([market]) == {"target_market", "risk_rating"}
    assert told_by([market, {}]) == set()
    assert told_by([{"documents": {"documents": [{"kind": "contract", "title": "C"}]}}]) == {"terms"}
    assert told_by([{"documents": {"documents": [{"kind": "promotion", "title": "P"}]}}]) == set()


def test_every_part_has_its_field_in_the_design_form() -> None:
    keys = {c.key for c in form_named("design").inputs}
    assert {f"file_{part}" for part in WRITTEN} <= keys


# On the page, on paper, as a bundle


@pytest.fixture
def decided(kept: Kept[Play]) -> Play:
    return kept(decided_with_condition)


def decided_with_condition() -> Play:
    """A material change with a condition, decided."""
    condition = {
        "verdict": "with_conditions", "opinion": "须先设限额。", "condition": "Set the limit.",
        "condition_kind": "before_launch",
    }  # fmt: skip
    return loan(Play()).prepare().review(risk=condition).do("executive_decision")


def test_the_page_shows_the_whole_file(bank: Flask, decided: Play) -> None:
    page = client_of(bank, "wang.zhiyuan").get(f"/requests/{decided.request_id}/file").text
    request = decided.request()
    for told in (
        "costing 已填写", "须先设限额。", "Set the limit.", "chen.rui", "wang.zhiyuan", request.content_hash,
        hashlib.sha256(b"measured").hexdigest(), "file_parts", "consolidation", "Nothing is missing",
    ):  # fmt: skip
        assert str(told) in page, told
    assert client_of(bank, "he.jia").get(f"/requests/{decided.request_id}/file").status_code == 404
    for path in ("", "/edit/file"):
        other = "lin.yue"
        assert client_of(bank, other).get(f"/requests/{decided.request_id}{path}").status_code in {200, 403}


def test_the_wizard_writes_the_file(bank: Flask, play: Play) -> None:
    designing(play)
    client = client_of(bank, "lin.yue")
    path = f"/requests/{play.request_id}/edit/file"
    assert "Costing and price" in client.get(path).text
    sent = {"csrf_token": token_of(client.get(path).text), "go": "next", "costing/text": "Capital costs 8 %."}
    assert client.post(path, data=sent).status_code == 303
    check = client.get(f"/requests/{play.request_id}/edit/check").text
    assert "#part-terms" in check
    assert "#part-costing" not in check
    sent["costing/text"] = "x" * 8001
    refused = client.post(path, data=sent)
    assert (refused.status_code, "Longer than 8000 characters." in refused.text) == (422, True)


@pytest.mark.parametrize(("language", "word"), [("en", "Costing and price"), ("zh", "成本核算与定价")])
def test_the_paper_embeds_its_fonts_and_can_be_read_again(bank: Flask, decided: Play, language: str, word: str) -> None:
    answer = client_of(bank, "wang.zhiyuan", language).get(f"/requests/{decided.request_id}/file.pdf")
    assert answer.mimetype == "application/pdf"
    paper = pypdf.PdfReader(io.BytesIO(answer.data))
    fonts = {
        f.get_object()["/BaseFont"]: f.get_object() for p in paper.pages for f in p["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts.values())
    assert len(answer.data) < 400_000, "the font is embedded with the characters used, not whole"
    text = "".join("".join(page.extract_text() for page in paper.pages).split())
    for told in (word, "须先设限额。", "costing已填写。", decided.request().content_hash, "wang.zhiyuan"):
        assert "".join(str(told).split()) in text, told


@pytest.fixture
def exported(bank: Flask, decided: Play, tmp_path: Path) -> Path:
    answer = client_of(bank, "wang.zhiyuan").get(f"/requests/{decided.request_id}/file.zip")
    assert answer.mimetype == "application/zip"
    path = tmp_path / "file.zip"
    path.write_bytes(answer.data)
    return path


def altered(path: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool = False) -> list[str]:
    """What is found after ``change``; ``honest``: the manifest is left as it was."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if not honest:
        listed = json.loads(members["manifest.json"])
        listed["members"] = {
            name: {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in members.items()
            if name != "manifest.json"
        }
        members["manifest.json"] = json.dumps(listed).encode()
    other = path.with_name("altered.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return list(faults(other))


def inside(members: dict[str, bytes], name: str, change: Callable[[Any], None]) -> None:
    value = json.loads(members[name])
    change(value)
    members[name] = json.dumps(value, ensure_ascii=False).encode()


def test_a_bundle_holds_and_says_all(bank: Flask, exported: Path) -> None:
    assert list(faults(exported)) == []
    with zipfile.ZipFile(exported) as archive:
        whole = json.loads(archive.read("file.json"))
        names = archive.namelist()
    assert {"file.json", "file.pdf", "manifest.json"} <= set(names)
    assert sum(name.startswith("chains/") for name in names) == 2
    assert sum(name.startswith("attachments/") for name in names) == 1
    assert {"department_review", "executive_decision", "change_condition", "file_part"} <= whole["records"].keys()
    assert {"materiality", "file_parts", "review_departments", "consolidation", "decider"} <= {
        rule["table"] for rule in whole["rules"]
    }
    assert whole["people"]["wang.zhiyuan"]
    result = bank.test_cli_runner().invoke(args=["file", "verify", str(exported)])
    assert (result.exit_code, result.output.strip()) == (0, "the file holds")


def test_nothing_in_a_bundle_can_be_altered_alone(bank: Flask, exported: Path) -> None:
    def evidence(members: dict[str, bytes]) -> None:
        name = next(n for n in members if n.startswith("attachments/"))
        members[name] = b"measured otherwise"

    def reviewer(whole: Any) -> None:
        whole["records"]["department_review"][0]["reviewer"] = "somebody"

    def rate(whole: Any) -> None:
        whole["versions"][0]["content"]["rates"]["tiers"][0]["rate"]["value"] = "9.99"

    def part(whole: Any) -> None:
        whole["records"]["file_part"][0]["text"] = "Nothing to see."

    def said(chain: Any) -> None:
        next(link for link in chain["links"] if link["payload"])["payload"]["reason"] = "another"

    def shorter(chain: Any) -> None:
        chain["links"].pop()

    found = altered(exported, evidence, honest=True)
    assert any("not what the manifest says" in fault for fault in found)
    assert any("evidence" in fault for fault in altered(exported, evidence))
    for change, word in ((reviewer, "signature"), (rate, "hash"), (part, "hash")):
        found = altered(exported, lambda m, c=change: inside(m, "file.json", c))
        assert any(word in fault for fault in found), (change, found)
    for change, word in ((said, "altered"), (shorter, "head")):
        found = altered(exported, lambda m, c=change: inside(m, next(n for n in m if n.startswith("chains/change")), c))
        assert any(word in fault for fault in found), (change, found)
    assert altered(exported, lambda m: m.update({"more.txt": b"x"}), honest=True)
    assert altered(exported, lambda m: m.pop("file.pdf") and None, honest=True)


def test_a_bundle_is_compared_with_a_seal(exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        name = next(n for n in archive.namelist() if n.startswith("chains/change"))
        chain = json.loads(archive.read(name))
    sealed = {"heads": {chain["stream"]: [3, chain["links"][2]["hash"]]}}
    assert list(faults(exported, sealed)) == []
    sealed["heads"][chain["stream"]][1] = "00" * 32
    assert [f for f in faults(exported, sealed) if "sealed" in f]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_bundle_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert list(faults(tmp_path / "x.zip"))


def test_a_bundle_holds_after_the_launch(bank: Flask, play: Play, tmp_path: Path) -> None:
    """The effective day may have moved since the approval; what was shown has not."""
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare().review()
    play.do("executive_decision").do("plan_rollout")
    play.wait(days=40)
    assert play.request().state == "live"
    client = client_of(bank, "wang.zhiyuan")
    (tmp_path / "l.zip").write_bytes(client.get(f"/requests/{play.request_id}/file.zip").data)
    assert list(faults(tmp_path / "l.zip")) == []


def test_the_hash_of_a_part_covers_its_file() -> None:
    assert part_hash("costing", "x", None) != part_hash("costing", "x", "ab")


def test_the_lines_tell_what_is_missing_and_what_comes_later(play: Play) -> None:
    designing(play)
    lines = play._read(lambda s: {line.part.key: line.state for line in lines_of(s, play.request(), play.now)})
    assert [key for key, state in lines.items() if state == "missing"] == ASKED_OF_A_LOAN
    assert [key for key, state in lines.items() if state == "later"] == ["test_evidence"]
