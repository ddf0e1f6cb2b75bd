"""The bank's product types: six families and the digital services."""

from __future__ import annotations

from collections.abc import Mapping

from app.modules.catalogue.types import cards, deposits, loans, markets, wealth
from app.modules.catalogue.types.description import Attribute, Group, Labels, ProductType, label
from app.modules.catalogue.types.groups import CHANNELS, CUSTOMER_GROUPS

__all__ = [
    "CHANNELS",
    "CUSTOMER_GROUPS",
    "FAMILIES",
    "PRODUCT_TYPES",
    "Attribute",
    "Group",
    "Labels",
    "ProductType",
    "product_type",
]

FAMILIES: Mapping[str, Labels] = {
    "deposit": label("Deposits", "存款"),
    "loan": label("Loans", "贷款"),
    "card": label("Cards", "信用卡"),
    "wealth": label("Wealth", "理财"),
    "fx": label("Foreign exchange", "外汇"),
    "precious_metal": label("Precious metals", "贵金属"),
    "digital": label("Digital services", "数字服务"),
}
PRODUCT_TYPES: Mapping[str, ProductType] = {
    found.key: found for module in (deposits, loans, cards, wealth, markets) for found in module.TYPES
}


def product_type(key: str) -> ProductType:
    """``KeyError`` if there is no such type."""
    return PRODUCT_TYPES[key]
