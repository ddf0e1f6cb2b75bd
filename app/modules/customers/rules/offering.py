"""What a version offers: which amount, currency and term a holding of it may have."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.kernel.amounts import MOST, PLACES
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.customers.rules.agreed import tier_of
from app.modules.customers.rules.terms import offers


@dataclass(frozen=True)
class Wish:
    """What a customer wants to place or to owe, and on which account."""

    principal: Decimal
    currency: str
    term: str | None
    account_currency: str
    held: Decimal
    """What the customer holds of the product already."""


def require_offered(content: Content, agreed: Content, wish: Wish) -> None:
    """422 at the first that the version does not offer; ``agreed``: by path what counts in place of its terms."""
    _require_currency(content, wish)
    _require_amount(content, agreed, wish)
    if wish.term is not None and not offers(content, wish.term):
        raise invalid("/term", N_("The product is not offered for this term."))
    if (content.get("rates") or {}).get("tiers") and tier_of(content, wish.term, wish.principal) is None:
        raise invalid("/term", N_("There is no rate for this term and amount."))


def _require_currency(content: Content, wish: Wish) -> None:
    of_product = (content.get("terms") or {}).get("currency", wish.currency)
    if wish.currency != of_product:
        raise invalid("/currency", N_("The product is in %(currency)s."), currency=of_product)
    if wish.currency != wish.account_currency:
        raise invalid("/currency", N_("The account is in %(currency)s."), currency=wish.account_currency)


def _require_amount(content: Content, agreed: Content, wish: Wish) -> None:
    least = _bound(content, agreed, "terms.minimum") or Decimal(0)
    if wish.principal < least or wish.principal <= 0:
        raise invalid("/principal", N_("Must be more than zero and at least %(least)s."), least=least)
    if wish.principal > MOST or wish.principal != round(wish.principal, PLACES):
        raise invalid("/principal", N_("Must have %(places)s decimal places at most, and fit."), places=PLACES)
    most = _bound(content, agreed, "limits.max_amount")
    if most is not None and wish.principal > most:
        raise invalid("/principal", N_("Must be at most %(most)s."), most=most)
    limit = _bound(content, agreed, "limits.per_customer")
    if limit is not None and wish.held + wish.principal > limit:
        message = N_("The customer holds %(held)s of it already; the limit for a customer is %(limit)s.")
        raise invalid("/principal", message, held=canonical_decimal(wish.held), limit=limit)


def _bound(content: Content, agreed: Content, path: str) -> Decimal | None:
    group, _, key = path.partition(".")
    money = agreed.get(path) or (content.get(group) or {}).get(key)
    return Decimal(money["amount"]) if money else None
