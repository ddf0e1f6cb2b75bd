"""An assessment in words, for the part ``risk_assessment`` of the approver's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.risk.rules.factors import FACTORS
from app.modules.risk.rules.words import LEVELS, RISKS, TRANSFERS

Found = Mapping[str, Any]


def told_in_words(found: Found, day: date) -> dict[str, str]:
    """In both languages, a line for each part of the assessment."""
    return {"en": "\n".join(_english(found, day)), "zh": "\n".join(_chinese(found, day))}


def _english(found: Found, day: date) -> Iterator[str]:
    yield f"As of {day.isoformat()}."
    for each in found["identified"]:
        yield f"- {RISKS[each['risk']]['en']}: {each['ground_en']}{_moved(each, 'en')}"
    if (measured := found["quantitative"]) is not None:
        yield f"Probability of default {_percent(measured)} % (model {measured['model']}, record {measured['record']})."
    for risk, each in found["qualitative"].items():
        spread = f"{each['lowest']} to {each['highest']} among {each['experts']}"
        yield f"Experts on {RISKS[risk]['en'].lower()} risk: median {each['median']} of 5, {spread}."
    for limit in found["limits"]:
        yield f"Limit {limit['name']}: {limit['utilisation'] or 'not read'} % used."
    exposure = found["exposure"]
    yield f"Exposure {exposure['amount']} {exposure['currency']} ({exposure['source']})."
    for each in found["transfers"]:
        kind = TRANSFERS[each["kind"]]["en"]
        yield f"{kind} by {each['insurer']} until {each['valid_until']} covers {each['covers']}."
    yield f"Inherent risk {found['inherent']}, residual risk {found['residual']}."


def _chinese(found: Found, day: date) -> Iterator[str]:
    yield f"基准日：{day.isoformat()}。"
    for each in found["identified"]:
        yield f"- {RISKS[each['risk']]['zh']}：{each['ground_zh']}{_moved(each, 'zh')}"
    if (measured := found["quantitative"]) is not None:
        yield f"违约概率{_percent(measured)}%（模型{measured['model']}，记录{measured['record']}）。"
    for risk, each in found["qualitative"].items():
        yield (
            f"专家评分（{RISKS[risk]['zh']}）：中位数{each['median']}分（满分5分），"
            f"区间{each['lowest']}至{each['highest']}，共{each['experts']}位专家。"
        )
    for limit in found["limits"]:
        used = f"使用率{limit['utilisation']}%" if limit["utilisation"] else "尚无读数"
        yield f"限额“{limit['name']}”：{used}。"
    source = {"held": "现有余额", "expected": "预计"}[found["exposure"]["source"]]
    yield f"敞口{found['exposure']['amount']} {found['exposure']['currency']}（{source}）。"
    for each in found["transfers"]:
        kind = TRANSFERS[each["kind"]]["zh"]
        yield f"{kind}（{each['insurer']}，有效期至{each['valid_until']}）覆盖{each['covers']}。"
    yield f"固有风险：{LEVELS[found['inherent']]['zh']}；剩余风险：{LEVELS[found['residual']]['zh']}。"


def _moved(each: Found, language: str) -> str:
    """The factor that brought the risk, and its move."""
    if each["origin"] != "environment":
        return ""
    label = FACTORS[each["factor"]].labels[language]
    return f" ({label}: {each['move_bp']} bp)" if language == "en" else f"（{label}：{each['move_bp']}个基点）"


def _percent(measured: Found) -> str:
    return canonical_decimal((Decimal(measured["default_probability"]) * 100).quantize(Decimal("0.01")))
