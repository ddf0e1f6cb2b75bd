"""What a text may name: the general merge fields, and the terms that all its product types describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.modules.catalogue.rules.content import internal
from app.modules.catalogue.types import PRODUCT_TYPES, Labels, product_type
from app.modules.catalogue.types.description import label

GENERAL: Mapping[str, Labels] = {
    "product": label("Names of the products", "产品名称"),
    "what_changes": label("What changes, item by item, before and after", "变更内容（逐项列出变更前后）"),
    "old_rate": label("Rates before, each with its term and basis", "变更前利率（含期限与计息基准）"),
    "new_rate": label("Rates after, each with its term and basis", "变更后利率（含期限与计息基准）"),
    "effective_day": label("The day on which it takes effect", "生效日期"),
    "how_to_leave": label("How a customer can end the contract early", "提前支取、提前还款或退出的办法"),
    "contact": label("Where customers can ask", "咨询渠道"),
}
"""What any text may name."""
COMPARING = frozenset({"what_changes", "old_rate"})
"""What only a change of a product can tell."""
UNTOLD = frozenset({"target_market", "availability", "documents", "limits"})
"""Groups that stand in the bank's own papers, not in a text for customers."""

Terms = Mapping[str, Mapping[str, Labels]]
"""Group → ``group.attribute`` → its words."""


def types_of(families: Sequence[str], types: Sequence[str]) -> tuple[str, ...]:
    """The product types that a template is for: those named, else those of its families, else all."""
    if types:
        return tuple(types)
    return tuple(key for key, found in PRODUCT_TYPES.items() if not families or found.family in families)


def terms_of(types: Sequence[str]) -> Terms:
    """The terms that every one of ``types`` describes for customers, as the first of them words it."""
    first, *others = [_terms(key) for key in types]
    shared = set(first).intersection(*others)
    found: dict[str, dict[str, Labels]] = {}
    for path, labels in first.items():
        if path in shared:
            found.setdefault(path.partition(".")[0], {})[path] = labels
    return found


@lru_cache
def _terms(key: str) -> Mapping[str, Labels]:
    return {
        f"{group.key}.{attribute.key}": attribute.labels
        for group, attribute in product_type(key).attributes()
        if group.key not in UNTOLD and not internal(attribute)
    }


def fields_of_template(families: Sequence[str], types: Sequence[str]) -> Mapping[str, Labels]:
    """The closed list of what a text of such a template may name."""
    terms = terms_of(types_of(families, types)).values()
    return {**GENERAL, **{path: labels for group in terms for path, labels in group.items()}}
