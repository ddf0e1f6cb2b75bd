"""The factors of a product's environment 外部环境: what each is, in which unit it is told, and how far it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

Texts = Mapping[str, str]
WINDOW = timedelta(days=365)
"""How far back a move of a factor is measured. Bank policy, to be confirmed."""


@dataclass(frozen=True)
class Factor:
    """One factor; ``unit`` is ``percent``, ``index`` or ``text`` (a note without a figure)."""

    key: str
    labels: Texts
    unit: str


_ALL = (
    Factor("lpr_1y", {"en": "Loan prime rate, 1 year", "zh": "贷款市场报价利率（LPR）1年期"}, "percent"),
    Factor("lpr_5y", {"en": "Loan prime rate, over 5 years", "zh": "贷款市场报价利率（LPR）5年期以上"}, "percent"),
    Factor("policy_rate", {"en": "Seven-day reverse repo rate", "zh": "7天期逆回购操作利率"}, "percent"),
    Factor("gdp_growth", {"en": "Growth of GDP over the year before", "zh": "国内生产总值同比增速"}, "percent"),
    Factor(
        "property_index", {"en": "Prices of new homes, 70 cities, index", "zh": "70城新建商品住宅价格指数"}, "index"
    ),
    Factor(
        "exchange_rate",
        {"en": "Yuan for 100 US dollars, central parity", "zh": "人民币兑美元中间价（每100美元）"},
        "index",
    ),
    Factor("regulation", {"en": "Note on regulation", "zh": "监管政策提示"}, "text"),
)
FACTORS: Mapping[str, Factor] = {factor.key: factor for factor in _ALL}


def moved_bp(factor: Factor, before: Decimal, now: Decimal) -> Decimal:
    """By how much it moved, in basis points: of the rate itself, or of the index's former value."""
    if factor.unit == "percent":
        return (now - before) * 100
    return (now / before - 1) * 10_000 if before else Decimal(0)
