"""What risks are called, how much they may weigh, and what limits and transfers are of."""

from __future__ import annotations

from collections.abc import Mapping

Texts = Mapping[str, str]

RISKS: Mapping[str, Texts] = {
    "credit": {"en": "Credit", "zh": "信用风险"},
    "market": {"en": "Market", "zh": "市场风险"},
    "liquidity": {"en": "Liquidity", "zh": "流动性风险"},
    "operational": {"en": "Operational", "zh": "操作风险"},
    "compliance": {"en": "Compliance", "zh": "合规风险"},
    "reputation": {"en": "Reputation", "zh": "声誉风险"},
    "money_laundering": {"en": "Money laundering", "zh": "洗钱风险"},
}
"""The keys of the form ``risk_assessment`` and of the tables."""
LEVELS: Mapping[str, Texts] = {
    "low": {"en": "Low", "zh": "低"},
    "medium": {"en": "Medium", "zh": "中"},
    "high": {"en": "High", "zh": "高"},
}
"""From the least to the most serious."""
SCALE: Mapping[int, Texts] = {
    1: {"en": "Negligible: nobody outside would notice", "zh": "轻微：外部不会察觉"},
    2: {"en": "Minor: single complaints, settled within days", "zh": "较小：个别投诉，数日内可解决"},
    3: {"en": "Noticeable: local reports, some customers leave", "zh": "明显：地方媒体报道，部分客户流失"},
    4: {"en": "Serious: national reports, a regulator asks", "zh": "严重：全国性报道，监管问询"},
    5: {"en": "Threatening: confidence in the bank is at stake", "zh": "危及全行：影响公众对本行的信心"},
}
"""The experts' scale with its anchors. Bank policy, to be confirmed."""
SCOPES: Mapping[str, Texts] = {
    "product": {"en": "Product", "zh": "单一产品"},
    "type": {"en": "Product type", "zh": "产品类型"},
    "family": {"en": "Product family", "zh": "产品大类"},
}
MEASURES: Mapping[str, Texts] = {
    "balance": {"en": "Balance", "zh": "余额"},
    "share": {"en": "Share of all balances, per cent", "zh": "占全部余额比例（%）"},
    "reading": {"en": "Read elsewhere, per cent", "zh": "外部读数（%）"},
}
TRANSFERS: Mapping[str, Texts] = {
    "credit_insurance": {"en": "Credit insurance", "zh": "信用保险"},
    "guarantee": {"en": "Guarantee", "zh": "担保"},
    "hedge": {"en": "Hedge", "zh": "对冲"},
}
METHODS: Mapping[str, Texts] = {
    "scorecard": {"en": "Scorecard", "zh": "评分卡"},
    "logistic": {"en": "Logistic model", "zh": "逻辑回归模型"},
}
