"""A logistic model fitted on a table of past cases: refused where the table cannot bear one, its quality measured.

What is kept are coefficients as exact texts, never an object of the library. scikit-learn is imported when a model
is fitted, not when the platform starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.risk.rules.tables import POINTER, Table, figures, read_table

Columns = Mapping[str, Sequence[Decimal]]
FEWEST_ROWS, FEWEST_OF_A_CLASS = 200, 20
SEED, TESTED = 20260101, 0.3
"""The same table gives the same model: which three tenths are held back for testing is fixed."""
BINARY = (Decimal(0), Decimal(1))
NO_TARGET = N_("The table has no column “%(target)s”.")
NOT_BINARY = N_("The column “%(target)s” must hold 1 for a default and 0 for none.")
ONE_CLASS = N_("The column “%(target)s” holds one class only: a model cannot learn from it.")
TOO_FEW = N_("At least %(rows)s rows and %(each)s of each class are needed; here are %(found)s rows and %(rare)s.")
CONSTANT = N_("The column “%(column)s” is the same in every row: it tells nothing.")
LEAK = N_("The column “%(column)s” tells the target by itself: it is known only after a default.")
NO_FEATURE = N_("Beside the target the table needs a column to learn from.")


def fit(text: str, target: str) -> dict[str, Any]:
    """The model and its quality on the rows held back. ``Invalid`` with the reason where there can be none."""
    table = read_table(text)
    columns = _usable(table, target)
    return {"target": target, "rows": len(table.rows), **_fitted(columns, target)}


def _usable(table: Table, target: str) -> Columns:
    if target not in table.columns:
        raise invalid("/target", NO_TARGET, code="no_target", target=target)
    if len(table.columns) < 2:
        raise invalid(POINTER, NO_FEATURE, code="no_feature")
    columns = figures(table, table.columns)
    _require_two_classes(columns[target], target)
    for name, values in columns.items():
        if len(set(values)) == 1:
            raise invalid(POINTER, CONSTANT, code="constant", column=name)
        if name != target and _separates(values, columns[target]):
            raise invalid(POINTER, LEAK, code="leaks_target", column=name)
    return columns


def _require_two_classes(values: Sequence[Decimal], target: str) -> None:
    if not set(values) <= set(BINARY):
        raise invalid("/target", NOT_BINARY, code="not_binary", target=target)
    if len(set(values)) < 2:
        raise invalid("/target", ONE_CLASS, code="one_class", target=target)
    rare = min(sum(1 for v in values if v == which) for which in BINARY)
    if len(values) < FEWEST_ROWS or rare < FEWEST_OF_A_CLASS:
        counts = {"rows": FEWEST_ROWS, "each": FEWEST_OF_A_CLASS, "found": len(values), "rare": rare}
        raise invalid(POINTER, TOO_FEW, code="too_few", **counts)


def _separates(values: Sequence[Decimal], target: Sequence[Decimal]) -> bool:
    """Whether every default lies on one side of every other case."""
    bad = [v for v, t in zip(values, target, strict=True) if t]
    good = [v for v, t in zip(values, target, strict=True) if not t]
    return max(bad) < min(good) or max(good) < min(bad)


def _fitted(columns: Columns, target: str) -> dict[str, Any]:
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    names = [name for name in columns if name != target]
    x = numpy.array([[float(v) for v in columns[name]] for name in names]).T
    y = numpy.array([int(v) for v in columns[target]])
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=TESTED, random_state=SEED, stratify=y)
    mean, scale = x_train.mean(axis=0), x_train.std(axis=0)
    scale[scale == 0] = 1
    fitted = LogisticRegression(max_iter=1_000).fit((x_train - mean) / scale, y_train)
    predicted = fitted.predict_proba((x_test - mean) / scale)[:, 1]
    parts = zip(names, mean, scale, fitted.coef_[0], strict=True)
    features = [{"name": n, "mean": exact(m), "scale": exact(s), "weight": exact(w)} for n, m, s, w in parts]
    return {"intercept": exact(fitted.intercept_[0]), "features": features, "quality": _quality(y_test, predicted)}


def _quality(observed: Any, predicted: Any) -> dict[str, Any]:
    """How well it tells (AUC), how far off it is (Brier), and by tenths of the predictions whether they come true."""
    import numpy
    from sklearn.metrics import brier_score_loss, roc_auc_score

    tenths = [part for part in numpy.array_split(numpy.argsort(predicted, kind="stable"), 10) if len(part)]
    deciles = [
        {"cases": len(part), "predicted": exact(predicted[part].mean()), "observed": exact(observed[part].mean())}
        for part in tenths
    ]
    return {
        "tested": len(observed),
        "auc": exact(roc_auc_score(observed, predicted)),
        "brier": exact(brier_score_loss(observed, predicted)),
        "deciles": deciles,
    }


def exact(value: Any) -> str:
    """A figure of the library as a text of eight places: what is kept and computed with from here on."""
    return f"{Decimal(repr(float(value))):.8f}"
