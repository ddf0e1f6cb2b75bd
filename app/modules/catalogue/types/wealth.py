"""Wealth 理财: a performance benchmark with its basis, never a promised return (rule 11)."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, ProductType, label
from app.modules.catalogue.types.groups import BASICS, RISK, TAIL, minimum, terms

_TERMS = terms(
    minimum(),
    Attribute("step", label("Purchase step", "递增金额"), "money"),
    Attribute("term", label("Term", "产品期限"), "duration", holder="fixed"),
    Attribute("redemption", label("Redemption", "赎回规则"), "phrase", holder="fixed"),
    Attribute("settlement_days", label("Settlement", "到账时间"), "integer", unit="days", minimum=0, maximum=365),
    Attribute("manager", label("Manager", "管理人"), "phrase"),
    Attribute("registration", label("Registration code", "登记编码"), "text", longest=60),
)
_INVESTMENT = Group(
    "investment",
    label("Investment", "投资"),
    (
        Attribute("direction", label("Investment direction", "投资方向"), "phrase", required=True),
        Attribute("bond_ratio", label("Bonds at most", "债券最高占比"), "decimal", unit="ratio"),
        Attribute("equity_ratio", label("Equities at most", "权益最高占比"), "decimal", unit="ratio"),
    ),
)
_BENCHMARK = Group(
    "benchmark",
    label("Performance benchmark", "业绩比较基准"),
    (
        Attribute("low", label("Benchmark from", "业绩比较基准下限"), "rate"),
        Attribute("high", label("Benchmark to", "业绩比较基准上限"), "rate"),
        Attribute("basis", label("Basis", "测算依据"), "phrase", required=True),
    ),
)


def _wealth(key: str, en: str, zh: str) -> ProductType:
    return ProductType(key, "wealth", label(en, zh), (BASICS, _TERMS, _INVESTMENT, _BENCHMARK, RISK, *TAIL))


TYPES = (
    _wealth("wealth_money_market", "Money market wealth product", "货币基金类理财"),
    _wealth("wealth_bond", "Bond wealth product", "债券型理财"),
    _wealth("wealth_mixed", "Mixed wealth product", "混合型理财"),
    _wealth("wealth_equity", "Equity wealth product", "股票型理财"),
)
