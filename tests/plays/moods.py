"""How people of a play answer: mostly so that cases go on, at times any way at all."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from app.workflow.forms import Component
from tests.plays.answers import YES
from tests.plays.bank import Bank

TEXTS = ("SH", "BJ, SH01", "Done.", "因市场利率变化。", " ", "x" * 50)


class AnyMood:
    """Random answers; each draw comes from the chance of one move, so that a move can be played again by itself."""

    def __init__(self, bank: Bank, chance: Random, willing: float = 0.85):
        self._bank, self._chance, self._willing = bank, chance, willing

    def choice(self, component: Component) -> str:
        values = [option.value for option in component.options]
        agreeing = [value for value in values if value in YES]
        if agreeing and self._chance.random() < self._willing:
            return self._chance.choice(agreeing)
        return self._chance.choice(values)

    def choices(self, component: Component, required: bool) -> list[str]:
        values = [option.value for option in component.options]
        if self._chance.random() < self._willing / 2:
            return values
        return [value for value in values if self._chance.random() < 0.6]

    def number(self, component: Component, required: bool, least: int) -> int | str | None:
        if not required and self._chance.random() < 0.6:
            return None
        most = int(component.limits.maximum if component.limits.maximum is not None else 1_000_000)
        found = self._chance.choice((least, least, least + 1, least + self._chance.randint(0, 40), most))
        return str(found) if component.limits.exact else found

    def text(self, component: Component, required: bool) -> str | None:
        if not required and self._chance.random() < 0.4:
            return None
        return self._chance.choice(TEXTS[:4] if self._chance.random() < 0.95 else TEXTS)

    def day(self, component: Component, required: bool) -> str | None:
        if not required and self._chance.random() < 0.6:
            return None
        return (self._bank.now + timedelta(days=self._chance.randint(-2, 90))).date().isoformat()

    def flag(self, component: Component) -> bool:
        return self._chance.random() < self._willing
