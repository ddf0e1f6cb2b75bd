"""Adding a product type is one file: the programme started with it takes products of it everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask

TYPE = """
key = "gift_deposit"
family = "deposit"
place = 90
labels = {en = "Gift deposit", zh = "礼金存款"}
groups = [
  "basics",
  {use = "terms", add = [{use = "minimum"}]},
  {use = "rates", holder = "fixed"},
  {key = "gift", labels = {en = "Gift", zh = "礼金"}, prompt = {en = "For what?", zh = "什么场合？"}, attributes = [
    {key = "side", kind = "choice", labels = {en = "For whom", zh = "为谁"}, choices = "customers"},
    {key = "bonus", kind = "money", labels = {en = "Bonus", zh = "礼金"}},
  ], counts_as = "features"},
  "availability",
]
checks = [
  {rule = "needs", of = ["terms.minimum", "gift.side"]},
  {rule = "at_most", of = "gift.bonus", than = {amount = "88", currency = "CNY"}},
]
"""


def test_a_type_of_the_banks_own_is_one_file(app: Flask, tmp_path: Path) -> None:
    """A fresh process, as a start of the programme is: API, page, check, difference and sheet know the type."""
    (tmp_path / "gift_deposit.toml").write_text(TYPE, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.modules.catalogue.one_file"],
        env={
            **os.environ,
            "PRODUCT_TYPES": str(tmp_path),
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "VAR_DIR": str(tmp_path / "var"),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]


def test_a_file_that_contradicts_itself_stops_the_start(tmp_path: Path) -> None:
    broken = TYPE.replace('key = "bonus", kind = "money"', 'key = "bonus", kind = "money", unit = "cubits"')
    (tmp_path / "gift_deposit.toml").write_text(broken, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", "import app.features"],
        env={**os.environ, "PRODUCT_TYPES": str(tmp_path), "VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode != 0
    assert f"{tmp_path}/gift_deposit.toml: groups.gift.bonus.unit: there is no unit 'cubits'" in ran.stderr
