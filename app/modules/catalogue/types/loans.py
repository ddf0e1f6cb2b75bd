"""Loans 贷款: personal and corporate, and a type for imported records that fit none."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, ProductType, label
from app.modules.catalogue.types.groups import BASICS, TAIL, limits, terms
from app.modules.catalogue.types.rates import rates

_LONGEST = Attribute("longest_term", label("Longest term", "最长期限"), "duration", holder="fixed")
_REPRICING = Attribute("repricing", label("Repriced every", "重定价周期"), "duration", holder="fixed")
_METHODS = Attribute("repayment", label("Repayment", "还款方式"), "phrase", holder="fixed")
_PREPAYMENT = Attribute("prepayment", label("Early repayment", "提前还款"), "phrase", holder="fixed")
_COLLATERAL = Attribute("collateral", label("Collateral", "担保方式"), "phrase", holder="fixed")
_RATIO = Attribute("max_ratio", label("Highest loan-to-value", "最高贷款成数"), "decimal", unit="ratio", holder="fixed")
_AMOUNT = Attribute("max_amount", label("Highest amount", "最高贷款额"), "money", holder="fixed")


def _loan(key: str, en: str, zh: str, *own: Attribute) -> ProductType:
    parts = tuple(limits(_RATIO, _AMOUNT) if part.key == "limits" else part for part in TAIL)
    groups: tuple[Group, ...] = (BASICS, terms(_LONGEST, _REPRICING, _METHODS, _PREPAYMENT, *own))
    return ProductType(key, "loan", label(en, zh), (*groups, rates("negotiated"), *parts))


TYPES = (
    _loan("housing_loan", "Housing loan", "个人住房贷款", _COLLATERAL),
    _loan("auto_loan", "Auto loan", "个人汽车贷款", _COLLATERAL),
    _loan(
        "working_capital_loan",
        "Working capital loan",
        "流动资金贷款",
        _COLLATERAL,
        Attribute("revolving", label("Revolving", "循环额度"), "boolean", holder="fixed"),
    ),
    _loan("fixed_asset_loan", "Fixed asset loan", "固定资产贷款", _COLLATERAL),
    _loan("other_loan", "Other loan", "其他贷款", _COLLATERAL),
)
