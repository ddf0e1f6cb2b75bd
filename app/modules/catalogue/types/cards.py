"""Credit cards 信用卡: standard, themed or co-branded, premium."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, ProductType, label
from app.modules.catalogue.types.groups import BASICS, TAIL, limits, terms
from app.modules.catalogue.types.rates import rates

_INTEREST_FREE = Attribute("interest_free", label("Interest-free period", "免息还款期"), "duration", holder="tracks")
_ANNUAL_FEE = Attribute("annual_fee", label("Annual fee", "年费"), "money", holder="tracks")
_ANNUAL_WAIVER = Attribute("annual_fee_waiver", label("Annual fee waived when", "年费减免条件"), "phrase")
_POINTS = Attribute("points", label("Points", "积分规则"), "phrase")
_MINIMUM_PAYMENT = Attribute("minimum_payment", label("Minimum payment", "最低还款比例"), "decimal", unit="ratio")
_CREDIT_FROM = Attribute("credit_from", label("Credit line from", "信用额度下限"), "money", holder="negotiated")
_CREDIT_TO = Attribute("credit_to", label("Credit line up to", "信用额度上限"), "money", holder="negotiated")


def _card(key: str, en: str, zh: str, *own: Attribute) -> ProductType:
    parts = tuple(limits(_CREDIT_FROM, _CREDIT_TO) if part.key == "limits" else part for part in TAIL)
    own_terms: Group = terms(_INTEREST_FREE, _ANNUAL_FEE, _ANNUAL_WAIVER, _POINTS, _MINIMUM_PAYMENT, *own)
    return ProductType(key, "card", label(en, zh), (BASICS, own_terms, rates("tracks"), *parts))


TYPES = (
    _card("standard_card", "Standard card", "标准信用卡"),
    _card(
        "themed_card",
        "Themed card",
        "主题信用卡",
        Attribute("partner", label("Partner", "联名方"), "phrase"),
        Attribute("cashback", label("Cashback", "返现规则"), "phrase"),
    ),
    _card(
        "premium_card",
        "Premium card",
        "高端信用卡",
        Attribute("lounge", label("Airport lounge", "机场贵宾厅"), "phrase"),
        Attribute("golf", label("Golf", "高尔夫权益"), "phrase"),
    ),
)
