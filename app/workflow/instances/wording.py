"""The history of a case in words: one sentence for each line of its audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.kernel.audit import AuditEvent
from app.kernel.i18n import N_, gettext

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One thing that happened. ``quote`` is what a person typed, in whatever language."""

    at: datetime
    actor: str
    action: str
    text: str
    quote: str = ""


SENTENCES: dict[str, str] = {
    "instance.start": N_("%(who)s started the case."),
    "instance.complete": N_("The case is complete."),
    "instance.cancel": N_("%(who)s withdrew the case."),
    "instance.send_back": N_("%(who)s sent the case back to “%(element)s”."),
    "instance.migrate": N_("%(who)s moved the case to another version of the process."),
    "instance.state:suspended": N_("%(who)s put the case on hold."),
    "instance.state:active": N_("%(who)s let the case go on."),
    "instance.state:failed": N_("The case could not go on by itself."),
    "task.open": N_("“%(element)s” opened for %(groups)s."),
    "task.open_for_person": N_("“%(element)s” opened."),
    "task.complete": N_("%(who)s completed “%(element)s”."),
    "task.complete_for": N_("%(who)s completed “%(element)s” for %(department)s."),
    "task.cancel": N_("“%(element)s” is not needed any more."),
    "task.claim": N_("%(who)s claimed “%(element)s”."),
    "task.release": N_("%(who)s released “%(element)s”."),
    "task.delegate": N_("%(who)s delegated “%(element)s” to %(new)s."),
    "task.transfer": N_("%(who)s transferred “%(element)s” to %(new)s."),
    "task.give_back": N_("%(who)s gave “%(element)s” back to %(new)s."),
    "task.reminded": N_("Whoever works on “%(element)s” was reminded."),
    "task.escalated": N_("“%(element)s” is late and was brought to %(groups)s."),
    "task.asked": N_("%(who)s asked for “%(element)s” to be dealt with."),
    "comment": N_("%(who)s left a remark."),
    "attachment.add": N_("%(who)s added a file."),
    "decision": N_("The rule “%(table)s” was applied at “%(element)s”."),
    "timer.fire": N_("A deadline of the process was reached."),
    "message.receive": N_("The case received what it waited for."),
    "message.send": N_("The case sent the message “%(name)s” about %(correlation)s."),
    "process.deploy": N_("%(who)s deployed version %(version)s."),
    "process.approve": N_("%(who)s approved version %(version)s."),
    "process.refuse": N_("%(who)s refused version %(version)s."),
    "decision.deploy": N_("%(who)s deployed version %(version)s of the table."),
    "decision.approve": N_("%(who)s approved version %(version)s of the table."),
    "decision.refuse": N_("%(who)s refused version %(version)s of the table."),
}
"""What is said of an action. Features add sentences of their own with ``say``."""

UNSAID = {"instance.step"}
"""Lines that only machines need."""

KINDS: dict[str, str] = {"instance.state": "new"}
"""Actions with a sentence for each value of one member of their payload: ``action:value``."""


def say(action: str, sentence: str) -> None:
    """Teach the history a feature's action; ``%(who)s`` and members of its payload may stand in it."""
    SENTENCES[action] = sentence


def tell_apart(action: str, member: str) -> None:
    """Let ``say("action:value", …)`` be the sentence where ``member`` of the payload has that value."""
    KINDS[action] = member


@dataclass(frozen=True)
class Vocabulary:
    """How ids are called in the reader's language."""

    person: Callable[[str], str]
    group: Callable[[str], str]
    element: Callable[[str], str]
    task: Callable[[int], str]
    table: Callable[[str], str] = str


def lines(events: Iterable[AuditEvent], words: Vocabulary) -> Iterator[Line]:
    """The history, in the order of ``events``."""
    for event in events:
        if event.action not in UNSAID:
            yield _line(event, event.payload or {}, words)


def _line(event: AuditEvent, payload: Mapping[str, Any], words: Vocabulary) -> Line:
    sentence = SENTENCES.get(_variant(event.action, payload), N_("%(who)s: %(action)s"))
    values = _Values({**payload, **_named(payload, words), "who": words.person(event.actor), "action": event.action})
    return Line(event.at, event.actor, event.action, gettext(sentence) % values, _quote(payload))


class _Values(dict[str, Any]):
    """A member that the payload lost to retention is a dash, not a crash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _variant(action: str, payload: Mapping[str, Any]) -> str:
    """The sentence for one kind of action out of several."""
    if (kind := f"{action}:{payload.get(KINDS.get(action, ''))}") in SENTENCES:
        return kind
    if action == "task.open" and not payload.get("candidates"):
        return "task.open_for_person"
    if action == "task.complete" and payload.get("department"):
        return "task.complete_for"
    return action


def _named(payload: Mapping[str, Any], words: Vocabulary) -> dict[str, str]:
    named = {"element": words.task(payload["task"])} if isinstance(payload.get("task"), int) else {}
    for key, call in (("element", words.element), ("new", words.person), ("old", words.person), ("table", words.table)):
        if isinstance(payload.get(key), str):
            named[key] = call(payload[key])
    if isinstance(payload.get("department"), str):
        named["department"] = words.group(payload["department"])
    if payload.get("candidates"):
        named["groups"] = ", ".join(words.group(g) for g in payload["candidates"])
    return named


_TYPED = ("reason", "remark", "summary", "filename")


def _quote(payload: Mapping[str, Any]) -> str:
    """What a person typed, or the name of the file."""
    return next((str(payload[key]) for key in _TYPED if payload.get(key)), "")
