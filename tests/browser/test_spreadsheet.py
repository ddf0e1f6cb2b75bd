"""Values out of a spreadsheet in a real browser: a block pasted into the tier grid, and a sheet uploaded."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
TIERS = "versions/0/content/rates/tiers"


def begin(page: Any, product: str) -> str:
    """A draft over a product; gives its address."""
    page.goto(f"/requests/new?product={product}")
    page.click("form[method=post] .btn-primary")
    page.wait_for_url("**/edit/driver")
    return str(page.url).removesuffix("/edit/driver")


def rates(page: Any) -> list[str]:
    fields = page.locator(f"tr.grid-row [name^='{TIERS}/'][name$='/rate/value']")
    return [fields.nth(n).input_value() for n in range(fields.count())]


def test_a_block_pasted_into_the_tiers_fills_rows_and_adds_those_that_lack(page_as: Callable[..., Any]) -> None:
    page = page_as("lin.yue", "zh")
    base = begin(page, "CN-TD")
    page.goto(f"{base}/edit/versions")
    before = rates(page)
    assert len(before) > 2
    pasted = ["1.01%", "１.02", *[f"1.{n:02}" for n in range(3, len(before) + 2)]]
    first = page.locator(f"[name='{TIERS}/0/rate/value']")
    first.evaluate(PASTE, "\r\n".join(pasted) + "\r\n")
    assert rates(page) == pasted
    kinds = page.locator(f"[name='{TIERS}/{len(before)}/kind']")
    kinds.select_option("fixed")
    page.locator(f"[name='{TIERS}/{len(before)}/term']").evaluate(PASTE, "7年\t9.99\n")
    assert rates(page)[-1] == "9.99"
    page.click(".step-actions button[value=stay]")
    page.wait_for_load_state()
    assert page.locator(".field-error:visible").all_inner_texts() == []
    assert rates(page) == ["1.01", "1.02", *pasted[2:-1], "9.99"]


def test_a_sheet_is_taken_filled_in_previewed_and_applied(page_as: Callable[..., Any], tmp_path: Path) -> None:
    page = page_as("lin.yue")
    base = begin(page, "CN-DEMAND")
    page.goto(f"{base}/edit/versions")
    page.click("text=take the request as an Excel sheet")
    with page.expect_download() as taken:
        page.click("text=Take the sheet")
    assert taken.value.suggested_filename.startswith("CR-")
    book = load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes()))
    row = next(r for r in book.active.iter_rows() if str(r[2].value).endswith(".rate"))
    row[5].value = 0.12
    book.save(tmp_path / "filled.xlsx")
    page.set_input_files("[name=file]", tmp_path / "filled.xlsx")
    page.click("text=Show what it would change")
    assert "1 value changes" in page.inner_text("main")
    page.click("text=Apply 1 change")
    page.wait_for_url("**/edit/check")
    assert "1 value was taken over." in page.inner_text("main")
    assert "0.12" in page.inner_text("main")
