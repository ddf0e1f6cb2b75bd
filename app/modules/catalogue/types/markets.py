"""FX 外汇, precious metals 贵金属 and digital services."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, ProductType, label
from app.modules.catalogue.types.groups import BASICS, RISK, TAIL, minimum, terms
from app.modules.catalogue.types.rates import rates

_SIDES = {"bought": label("Bought by the customer", "客户买入"), "sold": label("Sold by the customer", "客户卖出")}


def _trading(*own: Attribute) -> Group:
    common = (
        Attribute("instruments", label("Pairs or instruments", "交易品种"), "text"),
        Attribute("spread", label("Spread", "点差"), "decimal", unit="price"),
        Attribute("hours", label("Trading hours", "交易时间"), "phrase"),
        Attribute("step", label("Step", "交易递增单位"), "text", longest=100),
    )
    return Group("trading", label("Trading", "交易"), (*common, *own))


_SIDE = Attribute("side", label("Side", "方向"), "choice", choices=_SIDES)
_MARGIN = Attribute("margin", label("Margin", "保证金比例"), "decimal", unit="ratio")
_UNDERLYING = Attribute("underlying", label("Underlying", "挂钩标的"), "phrase")
_PURITY = Attribute("purity", label("Purity", "成色"), "text", longest=60)
_DELIVERY = Attribute("delivery", label("Delivery and buy-back", "提货与回购"), "phrase")


def _type(key: str, family: str, en: str, zh: str, *groups: Group) -> ProductType:
    return ProductType(key, family, label(en, zh), (BASICS, terms(minimum()), *groups, *TAIL))


TYPES = (
    _type("fx_trading", "fx", "Personal FX trading", "个人外汇买卖", _trading(), RISK),
    _type("fx_option", "fx", "FX option", "外汇期权", _trading(_SIDE), RISK),
    _type(
        "fx_structured_deposit",
        "fx",
        "FX structured deposit",
        "外汇结构性存款",
        rates("fixed"),
        _trading(_UNDERLYING),
        RISK,
    ),
    _type("gold_physical", "precious_metal", "Physical gold", "实物黄金", _trading(_PURITY, _DELIVERY)),
    _type("gold_account", "precious_metal", "Account gold", "账户黄金", _trading(), RISK),
    _type("gold_futures", "precious_metal", "Gold futures", "黄金期货", _trading(_MARGIN), RISK),
    _type("gold_option", "precious_metal", "Gold option", "黄金期权", _trading(_SIDE, _MARGIN), RISK),
    ProductType("online_banking", "digital", label("Online banking", "网上银行"), (BASICS, terms(), *TAIL)),
    ProductType("mobile_banking", "digital", label("Mobile banking", "手机银行"), (BASICS, terms(), *TAIL)),
)
