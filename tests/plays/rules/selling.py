"""Rules 2, 3, 8 and 10: what is sold where and when, and by whose approval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from app.modules.catalogue.models import FOREVER, Availability, ProductVersion
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.scopes import cells
from app.modules.catalogue.rules.values import parse_instant
from app.modules.changes.models import Pilot, Rollout
from tests.plays.rules.records import Records, of_products

ONCE_APPROVED = frozenset({"approved", "piloting", "live", "superseded", "pilot_failed"})


@of_products
def nothing_is_live_without_an_approved_process(records: Records) -> Iterator[str]:
    """Rule 2: what is approved or sold goes back to a request that was decided, or to the opening load."""
    approved = {request.number for request in records.decided}
    sold = {row.version_id for row in records.all(Availability)}
    for version in records.all(ProductVersion):
        allowed = version.approval == "opening load" or version.approval in approved
        if (version.state in ONCE_APPROVED) and not allowed:
            yield f"{version.product_code}/{version.number} is {version.state} by {version.approval}"
        if version.id in sold and version.state not in ONCE_APPROVED | {"withdrawn", "rejected"}:
            yield f"{version.product_code}/{version.number} is sold as {version.state}"


@of_products
def approved_versions_do_not_change(records: Records) -> Iterator[str]:
    for version in records.all(ProductVersion):
        if version.state in ONCE_APPROVED:
            key = version.product_code, version.number
            first = records.bank.approved.setdefault(key, version.content_hash)
            if not first == version.content_hash == content_hash(version.content):
                yield f"{key} changed after it was approved"


@of_products
def a_pilot_sells_in_its_scope_and_time_only(records: Records) -> Iterator[str]:
    """Rule 8: within the planned scope, from its begin to its end; a failed one sells nothing from then on."""
    for pilot in records.all(Pilot):
        for row in _sales(records, pilot.change_request_id):
            if (not row.pilot and pilot.state == "failed") or (pilot.state == "running" and not row.pilot):
                yield f"pilot {pilot.id} is {pilot.state}, but its version is sold everywhere"
            if row.pilot and not _lies_in(records, row, pilot.scopes):
                yield f"pilot {pilot.id} is sold outside of its scope"
            if row.pilot and not (pilot.begins_at <= row.valid_from and row.valid_to <= pilot.until):
                yield f"pilot {pilot.id} is sold from {row.valid_from} to {row.valid_to}, it ends {pilot.until}"
            if pilot.state == "failed" and row.valid_to > records.bank.now:
                yield f"pilot {pilot.id} has failed and is sold until {row.valid_to}"


@of_products
def nothing_is_sold_before_its_wave(records: Records) -> Iterator[str]:
    """Rule 10: outside of a pilot a version is sold from the day of its wave on, elsewhere from the effective day."""
    for rollout in records.all(Rollout):
        for row in _sales(records, rollout.change_request_id):
            if not row.pilot and row.valid_from < (day := _first_day(records, row, rollout)):
                yield f"version {row.version_id} is sold from {row.valid_from}, its wave comes on {day}"
        state = records.request[rollout.change_request_id].state
        if state == "live" and rollout.effective_at > records.bank.now:
            yield f"request {rollout.change_request_id} is live before {rollout.effective_at}"


@of_products
def nothing_is_rolled_out_past_its_pilot(records: Records) -> Iterator[str]:
    """Rule 7: whatever the table said last about a pilot has come to pass before the versions are sold everywhere."""
    passed = {pilot.change_request_id for pilot in records.all(Pilot) if pilot.state == "passed"}
    for rollout in records.all(Rollout):
        request = records.request[rollout.change_request_id]
        said = records.last(request, "pilot_required")
        everywhere = any(not row.pilot for row in _sales(records, request.id))
        if everywhere and (not said or any(said)) and request.id not in passed:
            yield f"{request.number} is rolled out without the pilot that the table asks for"


@of_products
def what_is_sold_has_passed_its_tests(records: Records) -> Iterator[str]:
    """As it was approved: requests that came to a pilot or a plan for everybody."""
    for request in records.decided:
        sold = request.state in {"piloting", "scheduled", "live", "pilot_failed"}
        if sold and request.tested_hash != request.content_hash:
            yield f"{request.number} is {request.state}, tested was {request.tested_hash}"


@of_products
def a_pilot_ends_as_the_rule_judged_it(records: Records) -> Iterator[str]:
    """Rule 8; risk may stop one before."""
    for pilot in records.all(Pilot):
        said = records.last(records.request[pilot.change_request_id], "pilot_verdict")
        if pilot.state == "passed" and said != ["pass"]:
            yield f"pilot {pilot.id} passed, the rule said {said}"
        if pilot.state == "failed" and pilot.stopped_by is None and said != ["fail"]:
            yield f"pilot {pilot.id} failed, the rule said {said}"


@of_products
def customers_are_told_before_a_launch_is_over(records: Records) -> Iterator[str]:
    """Rule 10."""
    for rollout in records.all(Rollout):
        request = records.request[rollout.change_request_id]
        if request.state == "live" and rollout.notified_at is None:
            yield f"{request.number} is live, and nobody was told"


def _first_day(records: Records, row: Availability, rollout: Rollout) -> datetime:
    waves = [w for w in rollout.waves if _lies_in(records, row, [w["scope"]])]
    return min([parse_instant(wave["effective_at"]) for wave in waves], default=rollout.effective_at)


def _sales(records: Records, request_id: int) -> Iterator[Availability]:
    """Where the versions of a request are sold, by all that is known."""
    mine = {version.id for version in records.versions(records.request[request_id])}
    yield from (r for r in records.all(Availability) if r.recorded_to == FOREVER and r.version_id in mine)


def _lies_in(records: Records, row: Availability, scopes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all that a row sells lies in one cell of the scopes; a unit holds the units below it."""
    units = records.above.get(row.unit or "", frozenset())
    return any(
        (cell.unit is None or cell.unit in units)
        and cell.channel in (None, row.channel)
        and cell.group in (None, row.customer_group)
        for cell in cells(scopes)
    )


@of_products
def one_version_is_sold_in_a_place_at_an_instant(records: Records) -> Iterator[str]:
    """Rule 3: of the live ones and of the pilots one each; a newer one goes before in the waves that have come."""
    rows: dict[tuple[str, bool], list[Availability]] = defaultdict(list)
    early = _sold_in_waves(records)
    for row in records.all(Availability):
        if row.recorded_to == FOREVER and row.id not in early:
            rows[row.product_code, row.pilot].append(row)
    for (code, _), found in rows.items():
        for one, other in combinations(found, 2):
            together = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
            if together and one.version_id != other.version_id:
                yield f"{code}: versions {one.version_id} and {other.version_id} are on sale at one time"


def _sold_in_waves(records: Records) -> set[int]:
    """The rows that lie in a wave of their version and end with the wave's time, on the effective day."""
    return {
        row.id
        for rollout in records.all(Rollout)
        for row in _sales(records, rollout.change_request_id)
        if row.valid_to <= rollout.effective_at and not row.pilot
    }
