"""A request as a spreadsheet: what it would change is said line by line, and it is applied whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import lxml.html
import pytest
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from app.identity.demo import DEMO_PASSWORD
from app.kernel import spreadsheet
from app.kernel.database import end_read, session
from app.modules.catalogue.models import ProductVersion
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries import history_of, proposed
from app.modules.changes.services import sheets
from tests.modules.changes.conftest import Ask
from tests.modules.changes.test_api import DRIVER
from tests.modules.changes.test_launches import counted
from tests.modules.changes.test_pages import DEPOSIT, as_person, begin
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import BEGIN, Play
from tests.shell.conftest import token_of

__all__ = ["as_person"]
RATE = "rates.tiers[kind=fixed,term=P1Y].rate"
PROPOSED = "F"

Send = Callable[..., TestResponse]


@pytest.fixture
def request_id(ask: Ask) -> int:
    """A draft over two deposits, nothing changed yet."""
    versions = [{"product": "TD"}, {"product": "TD2"}]
    answer = ask("lin.yue", "POST", "/change-requests", {"driver": DRIVER, "versions": versions, "draft": True})
    return int(answer.json["id"])


@pytest.fixture
def send(ask: Ask, bank: Any, request_id: int) -> Send:
    """``send(book)``: previews it as the initiator; ``apply=True`` applies it."""
    client = bank.test_client(use_cookies=False)

    def sent(book: Workbook | bytes, *, apply: bool = False, who: str = "lin.yue", **headers: str) -> TestResponse:
        token = client.post("/api/v1/auth/token", json={"username": who, "password": DEMO_PASSWORD}).json["token"]
        path = f"/api/v1/change-requests/{request_id}/sheet" + ("" if apply else "?preview=1")
        given = {"Authorization": f"Bearer {token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        file = (io.BytesIO(book if isinstance(book, bytes) else saved(book)), "rates.xlsx")
        return client.post(path, data={"file": file}, headers=given)  # type: ignore[no-any-return]

    return sent


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def book(ask: Ask, request_id: int) -> Workbook:
    answer = ask("lin.yue", "GET", f"/change-requests/{request_id}/sheet")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return load_workbook(io.BytesIO(answer.data))


def row_of(book: Workbook, path: str, product: str = "TD") -> int:
    for row in book.active.iter_rows():
        if (row[0].value, row[2].value) == (product, path):
            return int(row[0].row)
    raise AssertionError(path)


def put(book: Workbook, value: Any, path: str = RATE, product: str = "TD", shown: str | None = None) -> str:
    """Write a proposed value; gives the cell's address."""
    cell = book.active[f"{PROPOSED}{row_of(book, path, product)}"]
    cell.value = value
    if shown:
        cell.number_format = shown
    return str(cell.coordinate)


def item(answer: TestResponse, cell: str) -> dict[str, Any]:
    (found,) = [i for i in answer.json["items"] if i["cell"] == cell]
    return dict(found)


def contents(request_id: int) -> dict[str, Any]:
    end_read()
    return {row.product_code: version.content for row, version in proposed(session(), request_id)}


def unchanged(request_id: int) -> bool:
    return all(content["rates"] == TIME_DEPOSIT["rates"] for content in contents(request_id).values())


def test_a_sheet_has_a_line_for_each_number_of_each_product(book: Workbook) -> None:
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == (
        "Product code", "Product", "Attribute path", "Attribute", "Live value", "Proposed value", "Unit",
    )  # fmt: skip
    assert ("TD", "Time deposit", RATE, "Rate · Fixed · P1Y", 1.55, 1.55, "% ACT/360") in rows
    assert ("TD2", "Time deposit", "limits.per_customer", "Limit per customer", None, None, "CNY") in rows


def test_an_untouched_sheet_changes_nothing(book: Workbook, send: Send, request_id: int) -> None:
    before = session().get(ChangeRequest, request_id).version  # type: ignore[union-attr]
    answer = send(book, apply=True).json
    assert (answer["applied"], answer["changed"], answer["refused"]) == (True, 0, 0)
    end_read()
    assert session().get(ChangeRequest, request_id).version == before  # type: ignore[union-attr]


def test_a_preview_says_what_would_change_and_changes_nothing(book: Workbook, send: Send, request_id: int) -> None:
    cell = put(book, 1.35)
    answer = send(book)
    assert (answer.json["applied"], answer.json["changed"]) == (False, 1)
    found = item(answer, cell)
    assert (found["live"], found["before"], found["after"], found["outcome"]) == ("1.55", "1.55", "1.35", "changed")
    assert unchanged(request_id)


def test_all_changes_are_applied_together_and_exactly(book: Workbook, send: Send, request_id: int) -> None:
    put(book, 1.35)
    put(book, "1.3375", product="TD2")
    put(book, 200000, "limits.per_customer")
    answer = send(book, apply=True).json
    assert (answer["applied"], answer["changed"]) == (True, 3)
    found = contents(request_id)
    assert found["TD"]["rates"]["tiers"][0]["rate"] == {**TIME_DEPOSIT["rates"]["tiers"][0]["rate"], "value": "1.35"}
    assert found["TD2"]["rates"]["tiers"][0]["rate"]["value"] == "1.3375"
    assert found["TD"]["limits"] == {"per_customer": {"amount": "200000", "currency": "CNY"}}
    events = history_of(session(), session().get_one(ChangeRequest, request_id))
    assert [event.payload for event in events if event.action == "change.sheet"] == [
        {"changes": 3, "products": ["TD", "TD2"]}
    ]


def test_one_refused_line_stops_all(book: Workbook, send: Send, request_id: int) -> None:
    put(book, 1.35)
    wrong = put(book, "soon", product="TD2")
    answer = send(book, apply=True)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [f"/{wrong}"]
    assert unchanged(request_id)


@pytest.mark.parametrize(
    ("value", "shown", "reads"),
    [
        (1.35, None, "1.35"),
        ("1.35", None, "1.35"),
        ("１．３５", None, "1.35"),
        ("1.35 %", None, "1.35"),
        (0.0135, "0.00%", "1.35"),
        (1, "0", "1"),
        ("-0.10", None, "-0.1"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    book: Workbook, send: Send, value: Any, shown: str | None, reads: str
) -> None:
    cell = put(book, value, shown=shown)
    found = item(send(book), cell)
    assert (found["after"], found["outcome"]) == (reads, "changed")
    assert (found["remark"] is not None) == (shown == "0.00%")


@pytest.mark.parametrize(
    ("value", "shown", "says"),
    [
        ("1,35", None, "ambiguous"),
        ("1.35.0", None, "not a number"),
        ("½", None, "not a number"),
        (4 / 3, None, "trace of a calculation"),
        (1.3456, "0.00", "shows fewer decimals"),
        (0.013456, "0.00%", "shows fewer decimals"),
        ("1.3456789", None, "more than 6 decimals"),
        ("=E2*0.9", None, "formula"),
        (True, None, "date, an error or a yes/no"),
        ("#REF!", None, "date, an error or a yes/no"),
        (45000, "yyyy-mm-dd", "date, an error or a yes/no"),
        (None, None, "is empty"),
        ("–", None, "is required"),
        ("5000", None, "between -100 % and 1000 %"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_cell(
    book: Workbook, send: Send, value: Any, shown: str | None, says: str
) -> None:
    cell = put(book, value, shown=shown)
    found = item(send(book), cell)
    assert found["outcome"] == "refused"
    assert says in found["reason"]


def test_a_refusal_speaks_the_persons_language(book: Workbook, send: Send) -> None:
    cell = put(book, "=1+1")
    reason = item(send(book, Accept_Language="zh"), cell)["reason"]
    assert reason
    assert all(ord(c) > 0x2000 for c in reason)


def test_money_has_the_decimals_of_its_currency(book: Workbook, send: Send) -> None:
    cell = put(book, "50.005", "terms.minimum")
    assert "more than 2 decimals" in item(send(book), cell)["reason"]
    cell = put(book, 0.5, "terms.minimum", shown="0%")
    assert "this number is in CNY" in item(send(book), cell)["reason"]


def test_a_dash_takes_a_value_away_and_an_empty_cell_does_not(book: Workbook, send: Send, request_id: int) -> None:
    cell = put(book, None, "terms.minimum")
    assert item(send(book), cell)["outcome"] == "refused"
    put(book, "-", "terms.minimum")
    assert send(book, apply=True).json["changed"] == 1
    assert "minimum" not in contents(request_id)["TD"]["terms"]


def test_unknown_codes_and_paths_and_repeated_lines_are_refused(book: Workbook, send: Send) -> None:
    page = book.active
    rate = [cell.value for cell in page[row_of(book, RATE)]]
    page.append(["TD9", *rate[1:]])
    page.append([*rate[:2], "rates.tiers[kind=fixed,term=P9Y].rate", *rate[3:]])
    page.append(rate)
    last = page.max_row
    found = {i["cell"]: i["reason"] for i in send(book).json["items"] if i["outcome"] == "refused"}
    assert set(found) == {f"A{last - 2}", f"C{last - 1}", f"C{last}"}
    assert f"row {row_of(book, RATE)} already" in found[f"C{last}"]


def test_other_peoples_columns_and_values_outside_are_refused(book: Workbook, send: Send) -> None:
    page = book.active
    page["H1"], page["H2"], page["J3"] = "My notes", "x", "forgotten"
    found = {f["cell"]: f["reason"] for f in send(book).json["faults"]}
    assert set(found) == {"H1", "J3"}
    assert "My notes" in found["H1"]
    assert send(book, apply=True).status_code == 422


def test_a_missing_column_is_named(book: Workbook, send: Send) -> None:
    book.active.delete_cols(7)
    answer = send(book).json
    assert (answer["items"], [f["reason"] for f in answer["faults"]]) == ([], ["The column “Unit” is missing."])


def test_columns_may_stand_in_another_order_and_the_other_language(book: Workbook, send: Send) -> None:
    cell = put(book, 1.35)
    for place, name in enumerate(("产品代码", "产品", "属性路径", "属性", "现行值", "拟变更值", "单位"), start=1):
        book.active.cell(1, place).value = name
    book.active.move_range(f"F1:F{book.active.max_row}", cols=3)
    assert item(send(book), cell.replace("F", "I"))["after"] == "1.35"


def test_merged_and_hidden_places_stop_the_sheet(book: Workbook, send: Send, request_id: int) -> None:
    put(book, 1.35)
    book.active.row_dimensions[row_of(book, RATE, "TD2")].hidden = True
    answer = send(book)
    assert [f["cell"] for f in answer.json["faults"]] == [f"A{row_of(book, RATE, 'TD2')}"]
    assert send(book, apply=True).status_code == 422
    assert unchanged(request_id)


def test_a_changed_unit_or_live_value_is_refused(book: Workbook, send: Send) -> None:
    row = row_of(book, RATE)
    book.active[f"G{row}"] = "% ACT/365F"
    assert "% ACT/360" in item(send(book), f"G{row}")["reason"]
    book.active[f"E{row}"] = 1.5
    assert "1.55" in item(send(book), f"E{row}")["reason"]


def test_a_document_that_would_be_wrong_is_told_at_the_cell_that_makes_it_so(ask: Ask, bank: Any, play: Play) -> None:
    """Two bands that touch no more: each number alone is fine."""
    tiers = [
        {"kind": "fixed", "balance_from": "0", "balance_to": "100", "rate": TIME_DEPOSIT["rates"]["tiers"][0]["rate"]},
        {"kind": "fixed", "balance_from": "100", "rate": TIME_DEPOSIT["rates"]["tiers"][0]["rate"]},
    ]
    play.sell({"BANDS": {**TIME_DEPOSIT, "rates": {"tiers": tiers}}})
    body = {"driver": DRIVER, "versions": [{"product": "BANDS"}], "draft": True}
    number = ask("lin.yue", "POST", "/change-requests", body).json["id"]
    book = load_workbook(io.BytesIO(ask("lin.yue", "GET", f"/change-requests/{number}/sheet").data))
    cell = put(book, 90, "rates.tiers[kind=fixed,balance_from=0].balance_to", "BANDS")
    token = bank.test_client().post("/api/v1/auth/token", json={"username": "lin.yue", "password": DEMO_PASSWORD}).json
    answer = bank.test_client(use_cookies=False).post(
        f"/api/v1/change-requests/{number}/sheet?preview=1",
        data={"file": (io.BytesIO(saved(book)), "a.xlsx")},
        headers={"Authorization": f"Bearer {token['token']}"},
    )
    assert item(answer, cell)["outcome"] == "refused"


def test_a_wrong_value_is_told_at_its_own_line_only(book: Workbook, send: Send) -> None:
    right, wrong = put(book, 60, "terms.minimum"), put(book, "5000")
    answer = send(book)
    assert (item(answer, right)["outcome"], item(answer, wrong)["outcome"]) == ("changed", "refused")


def test_a_name_that_looks_like_a_formula_is_a_text(ask: Ask, play: Play) -> None:
    content = {**deepcopy(dict(TIME_DEPOSIT)), "basics": {"name": {"en": "=HYPERLINK(1)", "zh": "=1+1"}}}
    play.sell({"EVIL": content})
    body = {"driver": DRIVER, "versions": [{"product": "EVIL"}], "draft": True}
    number = ask("lin.yue", "POST", "/change-requests", body).json["id"]
    raw = ask("lin.yue", "GET", f"/change-requests/{number}/sheet").data
    assert {cell.kind for row in spreadsheet.read(raw).rows for cell in row} <= {"s", "n"}


def test_a_sheet_is_for_the_initiator_while_the_request_can_be_edited(
    ask: Ask, book: Workbook, send: Send, request_id: int
) -> None:
    assert send(book, who="zhao.heng").status_code in {403, 404}
    assert send(book, who="zhao.heng", apply=True).status_code in {403, 404}
    ask("lin.yue", "POST", f"/change-requests/{request_id}/withdraw", {"reason": "no"})
    assert send(book).status_code == 409
    assert send(book, apply=True).status_code == 409
    assert ask("lin.yue", "GET", f"/change-requests/{request_id}/sheet").status_code == 200
    assert ask("he.jia", "GET", f"/change-requests/{request_id}/sheet").status_code == 404


def test_without_a_file_or_with_another_kind_nothing_is_read(ask: Ask, send: Send, request_id: int) -> None:
    assert ask("lin.yue", "POST", f"/change-requests/{request_id}/sheet").status_code == 422
    answer = send(b"product,rate\nTD,1.35\n")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/file")
    assert send(b"PK" + bytes(spreadsheet.MOST_BYTES)).status_code == 413


def test_an_old_state_is_not_written_over(book: Workbook, send: Send) -> None:
    put(book, 1.35)
    assert send(book, apply=True, If_Match='"old"').status_code == 412


def test_the_same_key_twice_applies_once(book: Workbook, send: Send, request_id: int) -> None:
    put(book, 1.35)
    raw = saved(book)
    assert send(raw, apply=True).json["changed"] == 1
    versions = session().query(ProductVersion).count()
    assert send(raw, apply=True).json["changed"] == 0
    assert session().query(ProductVersion).count() == versions


def test_many_products_take_as_many_statements_as_one(ask: Ask, play: Play) -> None:
    """To give a sheet out and to say what it would change."""
    codes = [f"P{number}" for number in range(12)]
    play.sell({code: TIME_DEPOSIT for code in codes})

    def cost(*products: str) -> list[int]:
        body = {"driver": DRIVER, "versions": [{"product": code} for code in products], "draft": True}
        number = ask("lin.yue", "POST", "/change-requests", body).json["id"]
        session().expunge_all()
        with counted() as giving:
            raw = sheets.export(session(), session().get_one(ChangeRequest, number), BEGIN)
        session().expunge_all()
        with counted() as reading:
            sheets.plan(session(), session().get_one(ChangeRequest, number), spreadsheet.read(raw), BEGIN)
        return [len([s for s in said if s.startswith("SELECT")]) for said in (giving, reading)]

    assert cost("TD") == cost(*codes)


# The page


def test_upload_preview_apply_on_the_page(as_person: Callable[..., Any]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    raw = client.get(f"{base}/sheet.xlsx").data
    book = load_workbook(io.BytesIO(raw))
    put(book, 0.60, "rates.tiers[kind=fixed,term=P3M].rate", "CN-TD")
    page = client.get(f"{base}/sheet").text
    sent = {"file": (io.BytesIO(saved(book)), "a.xlsx"), "csrf_token": token_of(page)}
    shown = client.post(f"{base}/sheet", data=sent)
    assert shown.status_code == 200
    assert "1 value changes" in shown.text
    number = int(base.rsplit("/", 1)[1])
    assert contents(number)["CN-TD"]["rates"] == DEPOSIT["rates"]
    form = _form(shown.text)
    applied = client.post(f"{base}/sheet/apply", data=form)
    assert applied.status_code == 303, applied.text
    assert contents(number)["CN-TD"]["rates"]["tiers"][0]["rate"]["value"] == "0.006"
    again = client.post(f"{base}/sheet/apply", data=form)
    assert again.status_code == 412
    assert "after the preview" in again.text


def _form(page: str) -> dict[str, str]:
    (form,) = [f for f in lxml.html.fromstring(page).forms if (f.action or "").endswith("/sheet/apply")]
    return dict(form.form_values())


def test_a_refused_sheet_offers_nothing_to_apply(as_person: Callable[..., Any]) -> None:
    client = as_person("lin.yue", "zh")
    base = begin(client)
    book = load_workbook(io.BytesIO(client.get(f"{base}/sheet.xlsx").data))
    assert book.active["A1"].value == "产品代码"
    put(book, "=1", "rates.tiers[kind=fixed,term=P3M].rate", "CN-TD")
    sent = {"file": (io.BytesIO(saved(book)), "a.xlsx"), "csrf_token": token_of(client.get(f"{base}/sheet").text)}
    page = client.post(f"{base}/sheet", data=sent).text
    assert "/sheet/apply" not in page
    assert "公式" in page


@pytest.mark.parametrize("lines", ["", "[", "{}", '[["CN-TD"]]', "5", '[["NONE", "x", "1", "F2"]]'])
def test_a_forged_form_is_refused(as_person: Callable[..., Any], lines: str) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    end_read()
    version = session().get_one(ChangeRequest, int(base.rsplit("/", 1)[1])).version
    token = token_of(client.get(f"{base}/sheet").text)
    sent = {"lines": lines, "version": str(version), "csrf_token": token}
    answer = client.post(f"{base}/sheet/apply", data=sent)
    assert answer.status_code in ({303, 422} if lines == "{}" else {422})
    assert contents(int(base.rsplit("/", 1)[1]))["CN-TD"]["rates"] == DEPOSIT["rates"]
