"""The answer to "may this be sold?": the one gate every sale passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.i18n import N_


@dataclass(frozen=True)
class Reason:
    """Why not: a stable code, and a template with its values for people."""

    code: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SaleAnswer:
    """``version`` is the number that may be sold; without leave, the one that was asked about."""

    allowed: bool
    version: int | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Offer:
    """One version on sale in a cell that meets the sale, or elsewhere (``fits`` false)."""

    version: int
    pilot: bool
    fits: bool


NOT_LAUNCHED = Reason("not_on_sale", N_("The product is not on sale at that time."))
SUSPENDED = Reason("suspended", N_("Sales of the product are suspended."))
SUSPENDED_HERE = Reason("suspended_here", N_("Sales are suspended for this unit, channel or customer group."))
NO_OFFER = Reason("nothing_on_sale", N_("No version of the product is on sale at that time."))
OUT_OF_SCOPE = Reason("out_of_scope", N_("Not for this unit, channel and customer group."))
OUTSIDE_PILOT = Reason("outside_pilot", N_("The version is in its pilot; this sale lies outside the pilot's scope."))
NEWER_HERE = Reason("newer_here", N_("In this scope a newer version is sold already."))
PILOT_HERE = Reason("pilot_here", N_("In this scope the pilot version is sold."))


def answer(
    status: str | None,
    offers: Sequence[Offer],
    wanted: int | None,
    state: str | None = None,
    *,
    stopped: bool = False,
) -> SaleAnswer:
    """``status`` of the product then, what was on offer then, the version asked for (None: whichever applies).

    ``stopped``: sales are suspended in a scope that this sale touches.
    """
    if status != "on_sale":
        return SaleAnswer(False, wanted, (SUSPENDED if status == "suspended" else NOT_LAUNCHED,))
    found = _by_offers(offers, wanted, state)
    return SaleAnswer(False, found.version, (SUSPENDED_HERE,)) if found.allowed and stopped else found


def _by_offers(offers: Sequence[Offer], wanted: int | None, state: str | None) -> SaleAnswer:
    here = _version_here(offers)
    if wanted is None:
        return _whichever(offers, here)
    piloted = any(o.fits and o.pilot for o in offers)
    return _that_one([o for o in offers if o.version == wanted], here, wanted, state, piloted=piloted)


def _version_here(offers: Sequence[Offer]) -> int | None:
    """Inside its scope the pilot version is sold, elsewhere the live one; where a wave has come, the newer."""
    fitting = sorted((o for o in offers if o.fits), key=lambda o: (not o.pilot, -o.version))
    return fitting[0].version if fitting else None


def _whichever(offers: Sequence[Offer], here: int | None) -> SaleAnswer:
    if here is not None:
        return SaleAnswer(True, here)
    return SaleAnswer(False, None, (OUT_OF_SCOPE if offers else NO_OFFER,))


def _that_one(
    offers: Sequence[Offer], here: int | None, wanted: int, state: str | None, *, piloted: bool
) -> SaleAnswer:
    if here == wanted:
        return SaleAnswer(True, wanted)
    if not offers:
        message = N_("Version %(number)s is not on sale at that time.")
        return SaleAnswer(False, wanted, (Reason("version_not_on_sale", message, {"number": wanted, "state": state}),))
    if any(o.fits for o in offers):
        return SaleAnswer(False, wanted, (PILOT_HERE if piloted else NEWER_HERE,))
    return SaleAnswer(False, wanted, (OUTSIDE_PILOT if offers[0].pilot else OUT_OF_SCOPE,))
