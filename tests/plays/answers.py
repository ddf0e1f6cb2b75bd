"""Filling in whatever form a task asks, from its components alone: a drawing may change, the player still knows how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from app.workflow.forms import Component, Form

Values = dict[str, Any]
YES = frozenset({"approve", "proceed", "resubmit", "pass", "agree", "sign", "ratify", "confirm", "met", "yes"})
"""The values of choices that let a case go on."""


class Mood(Protocol):
    """How somebody answers: one method for each kind of component."""

    def choice(self, component: Component) -> str: ...
    def choices(self, component: Component, required: bool) -> list[str]: ...
    def number(self, component: Component, required: bool, least: int) -> int | str | None: ...
    def text(self, component: Component, required: bool) -> str | None: ...
    def day(self, component: Component, required: bool) -> str | None: ...
    def flag(self, component: Component) -> bool: ...


def filled_in(form: Form, variables: Mapping[str, Any], mood: Mood, attach: Callable[[], int]) -> Values:
    """Answers to what the form shows, in its order; what an answer brings into sight is answered as well."""
    values: Values = {}
    for component in form.inputs:
        told = _told(form, component, values, variables)
        if told is not None:
            values[component.key] = _answer(component, told, mood, attach)
    return values


def _told(form: Form, component: Component, values: Values, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a program is told of the component's limits now; None if it is not shown."""
    pending = list(form.as_components("en", values, variables))
    while pending:
        shown = pending.pop()
        if shown.get("key") == component.key:
            rules: Mapping[str, Any] = shown.get("validate") or {}
            return rules
        pending += shown.get("components") or ()
    return None


def _answer(component: Component, rules: Mapping[str, Any], mood: Mood, attach: Callable[[], int]) -> Any:
    required = bool(rules.get("required"))
    kind = component.type
    if kind == "filepicker":
        return [attach()] if required else []
    if kind in {"radio", "select"}:
        return mood.choice(component)
    if kind == "checkbox":
        return mood.flag(component)
    if kind == "checklist":
        return mood.choices(component, required)
    if kind == "number":
        return mood.number(component, required, int(rules.get("min") or 0))
    return mood.day(component, required) if kind == "datetime" else mood.text(component, required)


class Consent:
    """Says yes to everything, and no more than is asked."""

    def choice(self, component: Component) -> str:
        values = [option.value for option in component.options]
        return next((value for value in values if value in YES), values[0])

    def choices(self, component: Component, required: bool) -> list[str]:
        return [option.value for option in component.options]

    def number(self, component: Component, required: bool, least: int) -> int | str | None:
        if not required:
            return None
        return str(least) if component.limits.exact else least

    def text(self, component: Component, required: bool) -> str | None:
        return "As discussed." if required else None

    def day(self, component: Component, required: bool) -> str | None:
        return "2199-01-04" if required else None

    def flag(self, component: Component) -> bool:
        return True
