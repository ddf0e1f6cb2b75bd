"""How people of a play answer: mostly so that cases go on, at times any way at all."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from app.kernel.clock import accounting_date
from app.workflow.forms import Component
from tests.plays.answers import YES
from tests.plays.bank import CHANNELS, GROUPS, UNITS, Bank

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
        if component.key == "waves" and self._chance.random() < 0.9:
            return waves(self._bank, self._chance)["waves"]
        return self._chance.choice(TEXTS[:4] if self._chance.random() < 0.95 else TEXTS)

    def day(self, component: Component, required: bool) -> str | None:
        if not required and self._chance.random() < 0.6:
            return None
        return (self._bank.now + timedelta(days=self._chance.randint(-2, 90))).date().isoformat()

    def flag(self, component: Component) -> bool:
        return self._chance.random() < self._willing


def waves(bank: Bank, chance: Random) -> dict[str, str]:
    """A rollout in one to three early waves, mostly such as can be, and the day on which it is everywhere."""
    day, lines = accounting_date(bank.now) + timedelta(days=chance.choice((1, 5, 31, 31, 40))), []
    for unit in chance.sample(UNITS[1:], chance.randint(1, 3)):
        lines.append(f"{day} {unit} {chance.choice(('', '', *CHANNELS, *GROUPS))}")
        day += timedelta(days=chance.choice((0, 1, 7, 7, 7)))
    return {"waves": "\n".join(lines), "effective_on": day.isoformat()}
