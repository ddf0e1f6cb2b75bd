"""What risk management of the demo bank has on record, entered and confirmed as its people would.

The rates are those that were published: LPR by the National Interbank Funding Center, the seven-day
reverse repo rate by the People's Bank. What is the bank's own says: bank policy, to be confirmed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import audit
from app.modules.catalogue.rules.content import content_hash
from app.modules.risk.books import BOOKS
from app.modules.risk.models import RiskRecord
from app.modules.risk.services.keeping import stream, told

OFFICER, HEAD = "chen.rui", "xu.feng"
LPR = "全国银行间同业拆借中心：贷款市场报价利率（LPR）公告"
REPO = "中国人民银行：公开市场业务交易公告"
FACTS: tuple[tuple[date, str, str, str], ...] = (
    (date(2024, 7, 22), "lpr_1y", "3.35", LPR),
    (date(2024, 7, 22), "lpr_5y", "3.85", LPR),
    (date(2024, 10, 21), "lpr_1y", "3.10", LPR),
    (date(2024, 10, 21), "lpr_5y", "3.60", LPR),
    (date(2025, 5, 20), "lpr_1y", "3.00", LPR),
    (date(2025, 5, 20), "lpr_5y", "3.50", LPR),
    (date(2024, 9, 27), "policy_rate", "1.50", REPO),
    (date(2025, 5, 8), "policy_rate", "1.40", REPO),
)
"""Valid from, factor, value in per cent, publication."""
SUITABILITY = {
    "factor": "regulation",
    "note": "《金融机构产品适当性管理办法》自2026年2月1日起施行：投资型产品须划分风险等级并与客户风险承受能力匹配。",
}


def load_demo_risk(uow: Session, now: datetime) -> None:
    """The books of the demo bank, once."""
    if uow.scalar(select(RiskRecord.id).limit(1)) is not None:
        return
    for day, factor, value, source in FACTS:
        _keep(uow, "factors", {"factor": factor, "value": value}, day, source, now)
    _keep(uow, "factors", SUITABILITY, date(2026, 2, 1), "国家金融监督管理总局令2025年第7号", now)


def _keep(uow: Session, book: str, given: dict[str, Any], day: date, source: str, now: datetime) -> RiskRecord:
    content = BOOKS[book].completed(given)
    row = RiskRecord(
        book=book, subject=BOOKS[book].subject(content), content=content, content_hash=content_hash(content),
        valid_from=day, source=source, entered_by=OFFICER, entered_at=now, confirmed_by=HEAD, confirmed_at=now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    said = [("risk.entered", OFFICER), ("risk.confirmed", HEAD)]
    audit.record(uow, stream(row), [audit.Entry(action, by, now, {"new": told(row)}) for action, by in said])
    return row
