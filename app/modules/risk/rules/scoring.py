"""Probability of default 违约概率 by a model on record: exact decimals, no library needed.

A scorecard adds points by bands; ``double`` points double the odds of repaying:
odds = base_odds × 2^((score − base_score) ÷ double), and the probability of default is 1 ÷ (1 + odds).
A logistic model adds weights times standardised figures: probability = 1 ÷ (1 + e^−sum).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.kernel.errors import Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.modules.risk.rules.tables import POINTER, figures, read_table

Content = Mapping[str, Any]
HEADING = ("characteristic", "from", "to", "points")
PLACES = Decimal("0.000001")
STEEPEST = Decimal(60)
"""Beyond it a probability is 0 or 1 to more places than are kept."""
WRONG_HEADING = N_("The heading of a scorecard is: %(heading)s.")
NOT_TOUCHING = N_("The bands of “%(name)s” do not touch: one must begin where the one before it ends.")
NOT_OPEN = N_("The first band of “%(name)s” has no lower bound, and the last no upper one.")
NO_INPUT = N_("The model asks for this figure.")
NO_SUCH_INPUT = N_("The model does not know this figure.")


def scorecard(text: str) -> list[dict[str, Any]]:
    """The bands of a scorecard in a CSV text; the lower bound belongs to its band (rule 3)."""
    table = read_table(text)
    if tuple(table.columns) != HEADING:
        raise invalid(POINTER, WRONG_HEADING, code="wrong_heading", heading=", ".join(HEADING))
    figures(table, ["points"])
    bands = [dict(zip(HEADING, row, strict=True)) for row in table.rows]
    for name in dict.fromkeys(band["characteristic"] for band in bands):
        _require_whole(name, [band for band in bands if band["characteristic"] == name])
    return bands


def _require_whole(name: str, bands: Sequence[Mapping[str, str]]) -> None:
    if bands[0]["from"] or bands[-1]["to"]:
        raise invalid(POINTER, NOT_OPEN, code="bands_not_open", name=name)
    bounds = [_bound(band["to"]) for band in bands[:-1]]
    touching = bounds == [_bound(band["from"]) for band in bands[1:]]
    known = [bound for bound in bounds if bound is not None]
    if not touching or len(known) < len(bounds) or known != sorted(set(known)):
        raise invalid(POINTER, NOT_TOUCHING, code="bands_do_not_touch", name=name)


def _bound(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        return None


def inputs_of(model: Content) -> list[str]:
    """What the model asks for."""
    if model["method"] == "scorecard":
        return list(dict.fromkeys(band["characteristic"] for band in model["bands"]))
    return [feature["name"] for feature in model["features"]]


def default_probability(model: Content, given: Mapping[str, str]) -> Decimal:
    """Between 0 and 1, six places. ``Invalid`` for a figure that is missing, or that the model does not know."""
    asked = inputs_of(model)
    faults = [Fault(f"/inputs/{name}", NO_INPUT, code="required") for name in asked if name not in given]
    faults += [Fault(f"/inputs/{name}", NO_SUCH_INPUT, code="unknown") for name in given if name not in asked]
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    values = {name: Decimal(given[name]) for name in asked}
    found = _by_points(model, values) if model["method"] == "scorecard" else _by_weights(model, values)
    return found.quantize(PLACES)


def _by_points(model: Content, values: Mapping[str, Decimal]) -> Decimal:
    score = sum(Decimal(_band(model, name, value)["points"]) for name, value in values.items())
    steps = (score - Decimal(model["base_score"])) / Decimal(model["points_to_double_odds"])
    return 1 / (1 + Decimal(model["base_odds"]) * 2 ** _within(steps))


def _band(model: Content, name: str, value: Decimal) -> Any:
    """The last band that begins at or below the value."""
    bands = [band for band in model["bands"] if band["characteristic"] == name]
    return [band for band in bands if not band["from"] or Decimal(band["from"]) <= value][-1]


def _by_weights(model: Content, values: Mapping[str, Decimal]) -> Decimal:
    total = Decimal(model["intercept"])
    for feature in model["features"]:
        away = (values[feature["name"]] - Decimal(feature["mean"])) / Decimal(feature["scale"])
        total += Decimal(feature["weight"]) * away
    return 1 / (1 + (-_within(total)).exp())


def _within(steps: Decimal) -> Decimal:
    return max(-STEEPEST, min(STEEPEST, steps))
