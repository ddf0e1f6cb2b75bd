"""Models are imported or fitted, refused where the data cannot bear one, and give exact probabilities."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.errors import Invalid
from app.modules.risk.rules.fitting import fit
from app.modules.risk.rules.scoring import default_probability, scorecard
from tests.modules.risk.tables import SCORECARD, cases, csv

CARD: dict[str, Any] = {
    "method": "scorecard",
    "bands": scorecard(SCORECARD),
    "base_score": "50",
    "base_odds": "19",
    "points_to_double_odds": "20",
}


def test_points_that_double_the_odds_halve_nearly_the_probability() -> None:
    assert default_probability(CARD, {"age": "29.99", "debt": "0.1"}) == Decimal("0.050000")
    better = default_probability(CARD, {"age": "50", "debt": "0.1"})
    assert better == (Decimal(1) / 39).quantize(Decimal("0.000001"))


def test_a_bound_belongs_to_the_band_that_begins_there() -> None:
    below, at = (default_probability(CARD, {"age": age, "debt": "0"}) for age in ("29.9999", "30"))
    assert below > at


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("", "empty_table"),
        ("characteristic,from,to\nage,,", "wrong_heading"),
        ("characteristic,from,to,points\nage,,30,ten\nage,30,,20", None),
        ("characteristic,from,to,points\nage,,30,10\nage,31,,20", "bands_do_not_touch"),
        ("characteristic,from,to,points\nage,,30,10\nage,30,20,20\nage,20,,5", "bands_do_not_touch"),
        ("characteristic,from,to,points\nage,18,30,10\nage,30,,20", "bands_not_open"),
        ("characteristic,from,to,points\nage,,x,10\nage,x,,20", "bands_do_not_touch"),
        ('characteristic,from,to,points\n"age,,30,10', None),
        ("characteristic,from,to,points\nage,,30", "ragged"),
    ],
)
def test_a_scorecard_with_gaps_or_words_for_figures_is_refused(table: str, code: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        scorecard(table)
    assert code in (None, refused.value.faults[0].code)
    assert refused.value.faults[0].pointer.startswith("/table")


def test_a_fitted_model_tells_how_good_it_is_and_is_the_same_each_time() -> None:
    model = fit(csv(cases()), "default")
    assert model == fit(csv(cases()), "default")
    quality = model["quality"]
    assert (quality["tested"], len(quality["deciles"])) == (180, 10)
    assert Decimal("0.6") < Decimal(quality["auc"]) < 1
    assert 0 < Decimal(quality["brier"]) < Decimal("0.25")
    assert sum(tenth["cases"] for tenth in quality["deciles"]) == 180
    weights = {feature["name"]: Decimal(feature["weight"]) for feature in model["features"]}
    assert weights["debt"] > abs(weights["income"])


def test_the_kept_coefficients_give_what_the_library_would() -> None:
    from sklearn.linear_model import LogisticRegression

    rows = cases()
    model = {"method": "logistic", **fit(csv(rows), "default")}
    more, less = (default_probability(model, {"income": "10", "debt": debt}) for debt in ("0.9", "0.1"))
    plain = LogisticRegression(C=1e6, max_iter=2_000).fit(
        [[float(a), float(b)] for a, b, _ in rows], [r[2] for r in rows]
    )
    expected = plain.predict_proba([[10.0, 0.9], [10.0, 0.1]])[:, 1]
    assert abs(float(more) - expected[0]) < 0.08
    assert abs(float(less) - expected[1]) < 0.08


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (csv([(a, b, 1) for a, b, _ in cases()]), "one_class"),
        (csv(cases(150)), "too_few"),
        (csv(cases(600, bad=0.01)), "too_few"),
        (csv([(a, b, 2 * c) for a, b, c in cases()]), "not_binary"),
        (csv([("5", b, c) for _, b, c in cases()]), "constant"),
        (csv([(str(c * 7 + 1), b, c) for _, b, c in cases()]), "leaks_target"),
        (csv([("high", b, c) for _, b, c in cases()]), "not_a_number"),
        (csv([("NaN", b, c) for _, b, c in cases()]), "not_a_number"),
        (csv([("1e5", b, c) for _, b, c in cases()]), "not_a_number"),
        (csv(cases(), "income,debt,late"), "no_target"),
        (csv(cases(), "debt,debt,default"), "ambiguous_heading"),
        ("default\n" + "\n".join(str(c) for *_, c in cases()), "no_feature"),
        (csv(cases()) + "\n1,2", "ragged"),
        ("income,debt,default", "empty_table"),
    ],
)
def test_data_that_cannot_bear_a_model_is_refused_with_the_reason(table: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        fit(table, "default")
    assert refused.value.faults[0].code == code


def test_a_word_among_figures_is_located() -> None:
    rows = cases()
    rows[4] = ("unknown", *rows[4][1:])
    with pytest.raises(Invalid) as refused:
        fit(csv(rows), "default")
    assert [fault.pointer for fault in refused.value.faults] == ["/table/6/income"]


def test_figures_the_model_does_not_ask_for_and_those_that_are_missing_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        default_probability(CARD, {"age": "30", "income": "3"})
    assert [fault.pointer for fault in refused.value.faults] == ["/inputs/debt", "/inputs/income"]


def test_the_platform_starts_without_the_library() -> None:
    look = "import sys, app.features; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
