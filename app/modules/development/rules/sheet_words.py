"""A cost sheet in a few lines of each language, for the part of the approver's file about costing and price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.development.rules.sheets import Sheet


def words_of(number: str, product: str, sheet: Sheet, result: Mapping[str, Any], approved: str) -> dict[str, str]:
    """Language → text. ``product`` and ``approved``: what the product and finance's assumptions are called."""
    years, currency = len(result["years"]), sheet["currency"]
    values = {
        "number": number,
        "product": product,
        "assumptions": approved,
        "years": years,
        "volume": f"{Decimal(sheet['volume']):,} {currency}",
        "rate": canonical_decimal(Decimal(sheet["customer_rate"])),
        "ftp": result["ftp"],
        "profit": f"{Decimal(result['profit']):,} {currency}",
        "margin": result["margin"],
    }
    return {language: "\n".join(_lines(language, values, sheet, result)) for language in ("en", "zh")}


_HEAD = {
    "en": "%(product)s: cost sheet %(number)s on finance's assumptions %(assumptions)s; full volume %(volume)s, "
    "customer rate %(rate)s %% a year, FTP %(ftp)s %% a year.",
    "zh": "%(product)s：成本核算表%(number)s，依据财务假设%(assumptions)s；满额规模%(volume)s，"
    "对客利率年%(rate)s%%，内部资金转移价格年%(ftp)s%%。",
}
_OUTCOME = {
    "en": "Economic profit over %(years)s years %(profit)s, margin %(margin)s %% a year of the volume.",
    "zh": "%(years)s年累计经济利润%(profit)s，利润率为规模的年%(margin)s%%。",
}
_EVEN = {
    "en": ("Break-even volume: %s. Break-even after: %s.", "%s months", "not in the horizon", "none"),
    "zh": ("盈亏平衡规模：%s；盈亏平衡时间：%s。", "%s个月", "测算期内不能达到", "无"),
}
_BY = {
    "en": {"ftp_bp": "FTP %s bp", "volume_percent": "volume %s %%", "provisions_percent": "provisions %s %%"},
    "zh": {"ftp_bp": "内部资金转移价格%s个基点", "volume_percent": "规模%s%%", "provisions_percent": "拨备%s%%"},
}
_LINE = {"en": ("Basis of %s: %s", "Sensitivity of the margin: "), "zh": ("%s依据：%s", "利润率敏感性：")}
LINE_NAMES: Mapping[str, Mapping[str, str]] = {
    "fees": {"en": "Fees and other income", "zh": "中间业务等收入"},
    "research": {"en": "Research and development", "zh": "研发成本"},
    "operating": {"en": "Operations", "zh": "运营成本"},
    "funds": {"en": "Funds (FTP)", "zh": "资金成本（内部资金转移价格）"},
    "capital": {"en": "Capital", "zh": "资本成本"},
    "provisions": {"en": "Provisions for expected loss", "zh": "预期损失拨备"},
}


def _lines(language: str, values: Mapping[str, Any], sheet: Sheet, result: Mapping[str, Any]) -> Iterator[str]:
    yield _HEAD[language] % values
    yield _OUTCOME[language] % values
    even, after, never, none = _EVEN[language]
    volume, months = result["break_even_volume"], result["break_even_months"]
    yield even % (
        none if volume is None else f"{Decimal(volume):,} {sheet['currency']}",
        never if months is None else after % months,
    )
    basis, tried = _LINE[language]
    moved = [(_BY[language][row["what"]] % _signed(row["by"]), row["margin"]) for row in result["sensitivity"]]
    yield tried + "; ".join(f"{what} → {margin} %" for what, margin in moved)
    for name, line in sheet["lines"].items():
        yield basis % (LINE_NAMES[name][language], line["basis"])


def _signed(by: str) -> str:
    return by if by.startswith("-") else f"+{by}"
