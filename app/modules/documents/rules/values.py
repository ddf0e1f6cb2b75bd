"""What stands in place of the merge fields: told from the versions of the products and the effective day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from unicodedata import normalize

from app.modules.catalogue.rules.content import Content, Row, public
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.types import Attribute, product_type
from app.modules.catalogue.types.description import label
from app.modules.documents.rules.fields import UNTOLD
from app.modules.documents.rules.merging import fields_of, filled
from app.modules.documents.rules.telling import ALL_RATES, LEAVING, item, lines_of, side, told_apart
from app.modules.documents.rules.words import BETWEEN, COLON, basis, day_in_words, percent, rate_in_words

CONTACT = label("any of our branches or our customer service line", "本行各营业网点或客户服务热线")
"""Where customers can ask. Bank policy, to be confirmed."""
UNKNOWN_DAY = label("the day that will be announced", "另行公告之日")
_IN_STAGES = label("%(first)s (in stages; everywhere from %(last)s)", "%(first)s（分批实施，%(last)s全面实施）")
NONE = label("none", "无")
NO_CHANGE = label("nothing", "无")
SEE_LIST = label("as in the list published at our branches and on our website", "详见本行网点及官方网站公布的产品清单")
BY_CONTRACT = label("The contract says how it can be ended early.", "提前终止事宜按合同约定办理。")
_AND = label("%(most)s and %(last)s", "%(most)s和%(last)s")
_OTHERS = label("%(names)s and %(more)s more", "%(names)s等%(all)s款产品")
_CHANGED = label("from %(old)s to %(new)s", "由%(old)s调整为%(new)s")
_PATTERNS = {
    "changed": _CHANGED,
    "added": label("new: %(new)s", "新增：%(new)s"),
    "removed": label("no longer: %(old)s", "取消：%(old)s"),
}
_IN_BRACKETS = label(" (%s)", "（%s）")
MOST_LISTED = 20
"""Products; a text about more of them points to a list."""
MOST_NAMED = 3
"""Products named one by one where all of them would be too long."""


@dataclass(frozen=True)
class Matter:
    """One product: its version before, empty for a new product, and the one that takes effect."""

    old: Content
    new: Content

    @cached_property
    def changes(self) -> list[Change]:
        """What a customer is told of the difference."""
        old = public(self.old) if self.old else {}
        return [c for c in changed(difference(old, public(self.new))) if c.group not in UNTOLD]

    def name(self, language: str) -> str:
        names = self.new["basics"]["name"]
        return str(names.get(language) or next(iter(names.values())))


@dataclass(frozen=True)
class Days:
    """When it takes effect everywhere, as far as that is known, and the first day of a rollout in waves."""

    last: date | None = None
    first: date | None = None


Matters = Sequence[Matter]


def text_of(template: str, matters: Matters, days: Days, language: str, most: int) -> str | None:
    """The filled text. Where it would be longer than ``most`` it points to a list; nothing if that is too long, too."""
    ways = (_BRIEF,) if len(matters) > MOST_LISTED else (_IN_FULL, _BRIEF)
    fields = fields_of(template)
    for tellers in ways:
        values = {name: _teller(name, tellers)(matters, language) for name in fields if name != "effective_day"}
        text = filled(template, {**values, "effective_day": _day(days, language)})
        if len(text) <= most:
            return normalize("NFC", text.replace(" \n", "\n").strip())
    return None


def _day(days: Days, language: str) -> str:
    if days.last is None:
        return UNKNOWN_DAY[language]
    if days.first is None or days.first == days.last:
        return day_in_words(days.last, language)
    told = {"first": day_in_words(days.first, language), "last": day_in_words(days.last, language)}
    return _IN_STAGES[language] % told


def _names(matters: Matters, language: str) -> str:
    *most, last = dict.fromkeys(matter.name(language) for matter in matters)
    return _AND[language] % {"most": BETWEEN[language].join(most), "last": last} if most else last


def _first_names(matters: Matters, language: str) -> str:
    named = list(dict.fromkeys(matter.name(language) for matter in matters))
    if len(named) <= MOST_NAMED:
        return BETWEEN[language].join(named)
    names = BETWEEN[language].join(named[:MOST_NAMED])
    return _OTHERS[language] % {"names": names, "more": len(named) - MOST_NAMED, "all": len(named)}


Lines = Callable[[Matter, str], Iterator[str]]


def _listed(matters: Matters, language: str, lines_of: Lines, nothing: Mapping[str, str]) -> str:
    """The lines of each product, under its name where there are several; one line alone stands in the sentence."""
    found = [(matter, list(lines_of(matter, language))) for matter in matters]
    told = [(matter, lines) for matter, lines in found if lines]
    if not told:
        return nothing[language]
    if len(told) == 1:
        lines = told[0][1]
        return lines[0] if len(lines) == 1 else "\n" + "\n".join(lines)
    headed = [f"{matter.name(language)}{COLON[language].rstrip()}\n" + "\n".join(lines) for matter, lines in told]
    return "\n" + "\n".join(headed)


def _attribute(matter: Matter, change: Change) -> Attribute:
    return product_type(matter.new["type"]).group(change.group).attribute(change.attribute)


def _difference_lines(matter: Matter, language: str) -> Iterator[str]:
    """Item by item; of a new product there is nothing before that could have changed."""
    changes = matter.changes if matter.old else []
    shared = _shared_basis(changes, language)
    for change in changes:
        yield f"{_item(matter, change, language)}{COLON[language]}{_moved(matter, change, language, shared)}"
    if shared:
        yield ALL_RATES[language] % shared


def _shared_basis(changes: Sequence[Change], language: str) -> str | None:
    """The basis of all rates that move, where there are several and they have one only: told once, at the end."""
    moved = [c for c in changes if c.value_kind == "rate" and c.kind == "changed"]
    bases = {basis(rate, language) for c in moved for rate in (c.old, c.new)}
    return bases.pop() if len(moved) > 1 and len(bases) == 1 else None


def _item(matter: Matter, change: Change, language: str) -> str:
    return item(_attribute(matter, change), change, language)


def _moved(matter: Matter, change: Change, language: str, shared: str | None) -> str:
    attribute = _attribute(matter, change)
    cell = attribute.column(change.column) if change.column else attribute
    if cell.kind == "rate" and change.kind == "changed":
        return _rate_moved(change.old, change.new, language, shared)
    old, new = (side(attribute, change, value, language) for value in (change.old, change.new))
    return (_PATTERNS[change.kind][language] % {"old": old, "new": new}).rstrip(COLON[language])


def _rate_moved(old: Row, new: Row, language: str, shared: str | None) -> str:
    """A basis that both share is told once, here or for all of them."""
    if basis(old, language) != basis(new, language):
        return _CHANGED[language] % {"old": rate_in_words(old, language), "new": rate_in_words(new, language)}
    moved = _CHANGED[language] % {"old": percent(old), "new": percent(new)}
    return moved if shared else moved + _IN_BRACKETS[language] % basis(new, language)


def _old_rates(matter: Matter, language: str) -> Iterator[str]:
    return _rates(matter, language, "old")


def _new_rates(matter: Matter, language: str) -> Iterator[str]:
    return _rates(matter, language, "new")


def _rates(matter: Matter, language: str, of: str) -> Iterator[str]:
    """The rates that differ, as they are on one side; a basis that several share is told once, at the end."""
    found = [(c, rate) for c in matter.changes if (rate := _rate_in(c, getattr(c, of))) is not None]
    bases = {basis(rate, language) for _, rate in found}
    if len(found) == 1 and not told_apart(found[0][0].row or {}):
        yield rate_in_words(found[0][1], language)
        return
    shared = len(bases) == 1 and len(found) > 1
    for change, rate in found:
        said = percent(rate) if shared else rate_in_words(rate, language)
        yield f"{_item(matter, change, language)}{COLON[language]}{said}"
    if shared:
        yield ALL_RATES[language] % bases.pop()


def _rate_in(change: Change, value: Any) -> Mapping[str, Any] | None:
    """The rate of one side of a change: the cell itself, or that of a row that comes or goes."""
    if value is None or change.value_kind not in {"rate", "list"}:
        return None
    found: Mapping[str, Any] | None = value if change.value_kind == "rate" else value.get("rate")
    return found


def _leaving(matters: Matters, language: str) -> str:
    """As the version says that customers hold now; each way once, with its products where they differ."""
    ways: dict[str, list[str]] = {}
    for matter in matters:
        content = matter.old or matter.new
        for group, key in LEAVING:
            phrase = (content.get(group) or {}).get(key)
            if phrase:
                ways.setdefault(str(phrase.get(language) or next(iter(phrase.values()))), []).append(
                    matter.name(language)
                )
    if len(ways) <= 1:
        return next(iter(ways), BY_CONTRACT[language])
    return "\n" + "\n".join(f"{BETWEEN[language].join(names)}{COLON[language]}{way}" for way, names in ways.items())


Teller = Callable[[Matters, str], str]
_IN_FULL: Mapping[str, Teller] = {
    "product": _names,
    "what_changes": lambda matters, language: _listed(matters, language, _difference_lines, NO_CHANGE),
    "old_rate": lambda matters, language: _listed(matters, language, _old_rates, NONE),
    "new_rate": lambda matters, language: _listed(matters, language, _new_rates, NONE),
    "how_to_leave": _leaving,
    "contact": lambda matters, language: CONTACT[language],
}
_BRIEF: Mapping[str, Teller] = {
    **_IN_FULL,
    "product": _first_names,
    **dict.fromkeys(("what_changes", "old_rate", "new_rate"), lambda matters, language: SEE_LIST[language]),
    "how_to_leave": lambda matters, language: BY_CONTRACT[language],
}
"""What stands in place of each general merge field but the day: in full, and where that would be too long."""


def _teller(name: str, tellers: Mapping[str, Teller]) -> Teller:
    """A field that is none of the general ones names a term, told as the version says it that takes effect."""
    if name in tellers:
        return tellers[name]
    if tellers is _BRIEF:
        return lambda matters, language: SEE_LIST[language]
    return lambda matters, language: _listed(matters, language, lambda m, own: lines_of(m.new, name, own), NONE)
