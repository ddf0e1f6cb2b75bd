"""Deposits 存款: demand, time, large-denomination certificate."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, ProductType, label
from app.modules.catalogue.types.groups import BASICS, TAIL, minimum, terms
from app.modules.catalogue.types.rates import rates

_EARLY = Attribute("early_withdrawal", label("Early withdrawal", "提前支取"), "phrase", holder="fixed")
_ROLLOVER = Attribute("rollover", label("Rolls over at maturity", "到期自动转存"), "boolean", holder="fixed")

TYPES = (
    ProductType(
        "demand_deposit",
        "deposit",
        label("Demand deposit", "活期存款"),
        (
            BASICS,
            terms(minimum(), Attribute("interest_settlement", label("Interest settled", "结息频率"), "duration")),
            rates("tracks"),
            *TAIL,
        ),
    ),
    ProductType(
        "time_deposit",
        "deposit",
        label("Time deposit", "定期存款"),
        (BASICS, terms(minimum(), _ROLLOVER, _EARLY), rates("fixed"), *TAIL),
    ),
    ProductType(
        "large_cd",
        "deposit",
        label("Large-denomination certificate of deposit", "大额存单"),
        (
            BASICS,
            terms(
                minimum(),
                Attribute("transferable", label("Transferable", "可转让"), "boolean", holder="fixed"),
                _EARLY,
            ),
            rates("fixed"),
            *TAIL,
        ),
    ),
)
