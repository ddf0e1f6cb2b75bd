"""The rates of a product: one row per case, told apart by term, balance band and purpose.

A band includes its lower bound and excludes its upper one, everywhere.
"""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, Holder, label

KINDS = {
    "standard": label("Standard", "标准"),
    "variable": label("Variable", "浮动"),
    "fixed": label("Fixed", "固定"),
    "floating": label("Floating", "挂钩浮动"),
    "market_linked": label("Market linked", "市场挂钩"),
    "introductory": label("Introductory", "优惠期"),
    "bonus": label("Bonus", "奖励"),
    "bundle_bonus": label("Bundle bonus", "组合奖励"),
    "discount": label("Discount", "折扣"),
    "bundle_discount_fixed": label("Bundle discount, fixed", "组合折扣(固定)"),
    "bundle_discount_variable": label("Bundle discount, variable", "组合折扣(浮动)"),
    "purchase": label("Purchases", "消费"),
    "cash_advance": label("Cash advance", "预借现金"),
    "instalment": label("Instalment", "分期"),
    "penalty": label("Penalty", "逾期罚息"),
    "early_withdrawal": label("Early withdrawal", "提前支取"),
}
REPAYMENTS = {
    "interest_only": label("Interest only", "先息后本"),
    "principal_and_interest": label("Principal and interest", "等额本息"),
}
PURPOSES = {"owner_occupied": label("Owner occupied", "自住"), "investment": label("Investment", "投资")}
DUE = {"in_advance": label("In advance", "预收"), "in_arrears": label("In arrears", "后收")}
BENCHMARKS = {
    "LPR_1Y": label("LPR 1 year", "一年期LPR"),
    "LPR_5Y": label("LPR 5 years and over", "五年期以上LPR"),
    "PBOC_DEPOSIT": label("PBOC benchmark deposit rate", "人民银行存款基准利率"),
}

_COLUMNS = (
    Attribute("kind", label("Rate type", "利率类型"), "choice", choices=KINDS, required=True),
    Attribute("term", label("Term", "期限"), "duration"),
    Attribute("term_from", label("Term from", "期限下限(含)"), "duration"),
    Attribute("term_to", label("Term below", "期限上限(不含)"), "duration"),
    Attribute("balance_from", label("Balance from", "金额下限(含)"), "decimal", unit="money"),
    Attribute("balance_to", label("Balance below", "金额上限(不含)"), "decimal", unit="money"),
    Attribute("ratio_from", label("Loan-to-value from", "贷款成数下限(含)"), "decimal", unit="ratio"),
    Attribute("ratio_to", label("Loan-to-value below", "贷款成数上限(不含)"), "decimal", unit="ratio"),
    Attribute("rate", label("Rate", "利率"), "rate", required=True),
    Attribute("comparison_rate", label("Comparison rate", "综合比较利率"), "rate"),
    Attribute("benchmark", label("Benchmark", "定价基准"), "choice", choices=BENCHMARKS),
    Attribute("spread_bp", label("Spread", "加减点"), "decimal", unit="bp"),
    Attribute("repayment", label("Repayment", "还款方式"), "choice", choices=REPAYMENTS),
    Attribute("purpose", label("Purpose", "用途"), "choice", choices=PURPOSES),
    Attribute("due", label("Interest due", "付息时点"), "choice", choices=DUE),
    Attribute("calculated", label("Calculated every", "计息频率"), "duration"),
    Attribute("paid", label("Paid every", "付息频率"), "duration"),
    Attribute("per_tier", label("Applies to the slice", "分段计息"), "boolean"),
    Attribute("case", label("Case", "适用情形"), "text", longest=400),
    Attribute("condition", label("Condition", "条件"), "text", longest=4000),
)
TIER_KEY = (
    "kind",
    "term",
    "term_from",
    "balance_from",
    "ratio_from",
    "repayment",
    "purpose",
    "due",
    "paid",
    "case",
    "condition",
)
"""What tells one row from another, between versions."""


def rates(holder: Holder) -> Group:
    """``holder``: a contracted time deposit keeps its rate, a demand deposit follows."""
    tiers = Attribute(
        "tiers",
        label("Rates", "利率"),
        "list",
        columns=_COLUMNS,
        key_by=TIER_KEY,
        holder=holder,
    )
    return Group("rates", label("Rates", "利率"), (tiers,))
