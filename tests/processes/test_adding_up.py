"""Minor changes of twelve months add up: by product, by day, and by how far rates moved (rule 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.database import end_read, session
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.routing import Past
from app.modules.changes.services.differences import materiality_inputs, past_minor, twelve_months_before
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.play import Play


def cut(play: Play, *percents: str, product: str = "TD") -> None:
    """Repricings of a deposit, one after the other, each until it is live."""
    for percent in percents:
        play.draft({product: dearer(TIME_DEPOSIT, percent)}).submit().prepare()
        play.review().do("executive_decision").do("plan_rollout", notice_days=0)
        play.wait(minutes=5)
        assert play.request().state == "live"


def past(play: Play, product: str = "TD") -> Past:
    found = past_minor(session(), [product], play.now, without=0).get(product, Past())
    end_read()
    return found


def test_cuts_of_twenty_basis_points_are_added_up(play: Play) -> None:
    """Two of them are forty: minor. The third makes sixty, more than one minor change may move."""
    play.sell({"TD": TIME_DEPOSIT})
    cut(play, "1.35", "1.15")
    assert past(play) == Past(2, 40)
    play.draft({"TD": dearer(TIME_DEPOSIT, "0.95")}).submit()
    inputs = materiality_inputs(session(), session().get_one(ChangeRequest, play.request_id), play.now)
    end_read()
    assert (inputs["max_rate_change_bp"], inputs["rate_change_12_months_bp"]) == (20, 60)
    play.prepare()
    assert play.request().materiality == "material"


def test_up_and_down_do_not_cancel(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    cut(play, "1.35", "1.55")
    assert past(play) == Past(2, 40)


def test_each_product_is_counted_for_itself(play: Play) -> None:
    """Of a request over two, the one that was moved most before decides."""
    play.sell({"TD": TIME_DEPOSIT, "TX": TIME_DEPOSIT})
    cut(play, "1.35", "1.15")
    assert past(play, "TX") == Past()
    play.draft({"TX": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare()
    assert play.request().materiality == "minor"
    play.withdraw()
    play.draft({"TX": dearer(TIME_DEPOSIT, "1.35"), "TD": dearer(TIME_DEPOSIT, "1.00")}).submit().prepare()
    assert play.request().materiality == "material"


def test_what_was_withdrawn_does_not_count(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare().withdraw()
    assert past(play) == Past()


def test_a_change_of_exactly_twelve_months_ago_has_dropped_out(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    cut(play, "1.35")
    began = play.now
    play.now = began + timedelta(days=364)
    assert past(play) == Past(1, 20)
    play.now = began + timedelta(days=365)
    assert past(play) == Past()


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2028, 2, 29, 4, tzinfo=UTC), datetime(2027, 2, 28, 16, tzinfo=UTC)),
        (datetime(2028, 3, 1, 4, tzinfo=UTC), datetime(2027, 3, 1, 16, tzinfo=UTC)),
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), datetime(2025, 11, 23, 16, tzinfo=UTC)),
        (datetime(2026, 11, 23, 16, tzinfo=UTC), datetime(2025, 11, 24, 16, tzinfo=UTC)),
    ],
)
def test_twelve_months_are_counted_by_accounting_dates(now: datetime, first: datetime) -> None:
    assert twelve_months_before(now) == first
