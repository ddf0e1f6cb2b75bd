"""Ceilings for the demo bank. Bank policy, to be confirmed: each bank enters those that bind it.

The values are the benchmark rates of the People's Bank of 2015-10-24 plus the basis points
that the scheme of June 2021 gave banks other than the four largest: 20 for demand, 75 for
time deposits, 80 for large-denomination certificates.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import audit
from app.modules.pricing.models import RateCeiling
from app.modules.pricing.services import stream, told

FROM = date(2021, 6, 21)
PAPER = "市场利率定价自律机制 2021-06 存款利率自律上限方案（演示值；行内制度，待确认 bank policy, to be confirmed）"
CEILINGS: tuple[tuple[str, str | None, str], ...] = (
    ("demand_deposit", None, "0.55"),
    ("time_deposit", "P3M", "1.85"),
    ("time_deposit", "P6M", "2.05"),
    ("time_deposit", "P1Y", "2.25"),
    ("time_deposit", "P2Y", "2.85"),
    ("time_deposit", "P3Y", "3.50"),
    ("large_cd", "P3M", "1.90"),
    ("large_cd", "P6M", "2.10"),
    ("large_cd", "P1Y", "2.30"),
    ("large_cd", "P2Y", "2.90"),
    ("large_cd", "P3Y", "3.55"),
)
OFFICER, HEAD = "zheng.hao", "xie.na"


def load_demo_ceilings(uow: Session, now: datetime) -> None:
    """Ceilings in yuan for the types of deposits, once; entered and confirmed as the bank's people would."""
    if uow.scalar(select(RateCeiling.id).limit(1)) is not None:
        return
    rows = [_row(kind, term, percent, now) for kind, term, percent in CEILINGS]
    uow.add_all(rows)
    uow.flush()
    for row in rows:
        entered = audit.Entry("ceiling.entered", OFFICER, now, {"old": None, "new": told(row)})
        audit.record(uow, stream(row), [entered, audit.Entry("ceiling.confirmed", HEAD, now, {"new": told(row)})])


def _row(kind: str, term: str | None, percent: str, now: datetime) -> RateCeiling:
    rate = {"value": percent, "unit": "percent", "period": "P1Y", "day_count": "ACT/360"}
    return RateCeiling(
        family="deposit", product_type=kind, currency="CNY", term=term, rate=rate, valid_from=FROM, document=PAPER,
        entered_by=OFFICER, entered_at=now, confirmed_by=HEAD, confirmed_at=now,
    )  # fmt: skip
