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
PAPER = "演示银行风险偏好陈述书 2026（行内制度，待确认 bank policy, to be confirmed）"
START = date(2026, 1, 1)
CARD = (
    "characteristic,from,to,points\ndebt_to_income,,0.3,60\ndebt_to_income,0.3,0.5,40\ndebt_to_income,0.5,,10\n"
    "years_employed,,1,5\nyears_employed,1,5,20\nyears_employed,5,,35\n"
)
POLICY: tuple[tuple[str, dict[str, Any], date, str], ...] = (
    ("limits", {"key": "housing-share", "name": "个人住房贷款占比上限", "scope": "type", "of": "housing_loan",
                "measure": "share", "value": "32.5", "currency": "CNY"}, START,
     PAPER),
    ("limits", {"key": "equity-wealth", "name": "权益类理财余额上限", "scope": "type", "of": "wealth_equity",
                "measure": "balance", "value": "200000000", "currency": "CNY"}, START, PAPER),
    ("models", {"key": "retail-card", "name": "零售评分卡（演示）", "method": "scorecard", "table": CARD,
                "base_score": "60", "base_odds": "30", "points_to_double_odds": "20"}, START, PAPER),
    ("transfers", {"policy": "CI-2026-001", "product": "CN-WORKING-CAPITAL", "kind": "credit_insurance",
                   "insurer": "演示信用保险公司", "cover_percent": "60", "cover_amount": "20000000",
                   "premium": "180000", "currency": "CNY", "valid_until": date(2028, 12, 31)}, START, PAPER),
)  # fmt: skip
"""Of the bank's own: book, content, day, paper."""


def load_demo_risk(uow: Session, now: datetime) -> None:
    """The books of the demo bank, once."""
    if uow.scalar(select(RiskRecord.id).limit(1)) is not None:
        return
    for day, factor, value, source in FACTS:
        _keep(uow, "factors", {"factor": factor, "value": value}, day, source, now)
    _keep(uow, "factors", SUITABILITY, date(2026, 2, 1), "国家金融监督管理总局令2025年第7号", now)

    for book, given, day, source in POLICY:
        _keep(uow, book, given, day, source, now)


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
