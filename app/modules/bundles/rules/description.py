"""What stands in the document of a bundle, described in the words of the product types (see ``catalogue.types``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.modules.catalogue.rules.content import Content, Row
from app.modules.catalogue.types import ELIGIBILITY, Attribute, Group, Labels, ProductType, label

REQUIRED, OPTIONAL, CHOICE = "required", "optional", "choice"
ROLES: Mapping[str, Labels] = {
    REQUIRED: label("Required", "必选"),
    OPTIONAL: label("Optional", "可选"),
    CHOICE: label("To choose from", "多选若干"),
}
BONUS, DISCOUNT, WAIVER = "rate_bonus", "rate_discount", "fee_discount"
BENEFITS: Mapping[str, Labels] = {
    BONUS: label("Added to the deposit rate", "存款利率上浮"),
    DISCOUNT: label("Taken off the rate", "利率优惠下调"),
    WAIVER: label("Taken off a fee", "费用减免"),
}
_CODE = 60


def _text(key: str, labels: Labels, longest: int, prompt: Labels, required: bool = False) -> Attribute:
    return Attribute(key, labels, "text", longest=longest, prompt=prompt, required=required)


TERMS = Group(
    "terms",
    label("Terms", "条款"),
    (
        Attribute("currency", label("Currency", "币种"), "text", longest=3, required=True, default="CNY"),
        Attribute(
            "choose", label("How many to choose", "任选数量"), "integer", minimum=1, maximum=50,
            prompt=label("Of those to choose from; empty where there are none", "从“多选若干”中任选；没有则不填"),
        ),
    ),
)  # fmt: skip
MEMBERS = Group(
    "members",
    label("Members", "组合成员"),
    (
        Attribute(
            "members", label("Members", "组合成员"), "list", required=True, key_by=("product", "bundle"),
            columns=(
                _text("product", label("Product", "产品"), _CODE, label("Its code", "产品代码")),
                _text("bundle", label("or bundle", "或组合"), _CODE, label("Its code", "组合代码")),
                Attribute("role", label("Role", "角色"), "choice", required=True, choices=ROLES),
            ),
        ),
    ),
)  # fmt: skip
PRICES = Group(
    "prices",
    label("Price when held together", "组合价格"),
    (
        Attribute(
            "prices", label("Price when held together", "组合价格"), "list", key_by=("product", "benefit", "fee"),
            columns=(
                _text("product", label("Product", "产品"), _CODE, label("Its code", "产品代码"), required=True),
                Attribute("benefit", label("Benefit", "优惠"), "choice", required=True, choices=BENEFITS),
                Attribute("basis_points", label("Of the rate", "利率幅度"), "decimal", unit="bp"),
                _text("fee", label("Fee", "费用"), 300, label("Its name; empty: every fee", "名称；不填表示全部")),
                Attribute("share", label("Share of the fee", "减免比例"), "decimal", unit="ratio"),
            ),
        ),
    ),
)  # fmt: skip
BUNDLE = ProductType("bundle", "bundle", label("Bundle", "产品组合"), (TERMS, MEMBERS, ELIGIBILITY, PRICES))


def members_of(document: Content) -> Sequence[Row]:
    found: Sequence[Row] = (document.get("members") or {}).get("members") or ()
    return found


def prices_of(document: Content) -> Sequence[Row]:
    found: Sequence[Row] = (document.get("prices") or {}).get("prices") or ()
    return found
