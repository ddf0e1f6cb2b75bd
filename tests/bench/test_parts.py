"""The bench runs rarely: what it takes from the platform is at least there."""

from __future__ import annotations

from bench.parts import PARTS
from bench.world import world


def test_every_part_finds_what_it_measures_and_a_bank_to_measure_it_in() -> None:
    assert set(PARTS) == {"completion", "pages", "lists", "bulk", "exits", "catalogue"}
    with world("sqlite") as found:
        assert found.bytes_stored() > 0
