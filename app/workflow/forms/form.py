"""A form: what it shows, and what it makes of what was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.workflow import feel
from app.workflow.engine.errors import ExpressionError
from app.workflow.forms.components import Component, Option
from app.workflow.forms.fields import FIELDS, REQUIRED, Remark, nothing
from app.workflow.forms.presentation import for_api, for_page
from app.workflow.forms.reading import Reader

Values = Mapping[str, Any]


class _Answers(Schema):
    class Meta:
        unknown = RAISE


@dataclass(frozen=True)
class Form:
    """One version of a form. Compiled once, told apart by its content."""

    key: str
    content_hash: str
    components: tuple[Component, ...]

    @cached_property
    def inputs(self) -> tuple[Component, ...]:
        """The components that take a value, however deep in groups."""
        return tuple(c for top in self.components for c in top.inputs())

    @cached_property
    def _schema(self) -> Schema:
        return _Answers.from_dict({c.key: FIELDS[c.type](c) for c in self.inputs}, name=f"Form_{self.key}")()

    def with_options(self, options: Mapping[str, Sequence[Option]]) -> Form:
        """The same form with what records offer for choice, by component key."""
        if not options:
            return self
        return replace(self, components=tuple(_offering(c, options) for c in self.components))

    # Showing

    def shown(self, values: Values, variables: Values) -> list[Component]:
        """The components that these values leave in sight; groups hold only such."""
        return list(_shown(self.components, self._scope(values, variables)))

    def as_components(self, language: str, values: Values, variables: Values) -> list[dict[str, Any]]:
        """Form-js components in one language, only those shown, ``required`` as it stands now."""
        scope = self._scope(values, variables)
        shown = list(_shown(self.components, scope))
        return [for_api(c, language, lambda i: _is_required(i, scope), lambda i: _least(i, scope)) for c in shown]

    def for_page(self, language: str, values: Values, variables: Values) -> list[dict[str, Any]]:
        """What the page macro renders: all components, those not shown marked ``hidden``."""
        scope = self._scope(values, variables)
        shown = {c.id for top in _shown(self.components, scope) for c in top.all()}
        return [for_page(c, language, values, lambda i: _is_required(i, scope), shown) for c in self.components]

    # Reading

    def read(self, data: Any, *, variables: Values, values: Values | None = None) -> dict[str, Any]:
        """The data as it will be kept: every key of the form, ``None`` (or ``[]``, ``False``) for nothing.

        What stands in components that are not shown is dropped. ``values`` are
        facts besides the variables that conditions may look at. Raises
        ``Invalid`` with ``/data/<key>`` for each wrong member.
        """
        if not isinstance(data, dict):
            raise _invalid({"": [Remark(N_("Must be an object."))]})
        answers, wrong = self._load(data)
        scope = self._scope({**(values or {}), **answers}, variables)
        shown = {c.key for top in _shown(self.components, scope) for c in top.inputs()}
        for component in self.inputs:
            if component.key not in shown:
                answers[component.key] = None
                wrong.pop(component.key, None)
            elif component.key not in wrong and _is_empty(answers[component.key]) and _is_required(component, scope):
                wrong[component.key] = [REQUIRED]
        if wrong:
            raise _invalid(wrong)
        return answers

    def _load(self, data: Mapping[Any, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
        """What could be read, and what is wrong with the rest. Every key of the form is in the first."""
        wrong: dict[str, list[Any]] = {}
        try:
            loaded = self._schema.load(data)
        except ValidationError as error:
            loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
            wrong = {str(key): remarks for key, remarks in _messages(error).items()}
        return {c.key: loaded.get(c.key, nothing(c)) for c in self.inputs}, wrong

    def from_html(self, posted: Any) -> dict[str, Any]:
        """The same data out of an HTML form post (a ``MultiDict``); other members are left alone."""
        return {c.key: _posted(c, posted) for c in self.inputs}

    def _scope(self, values: Values, variables: Values) -> dict[str, Any]:
        """What conditions see. The form's own members exist, filled in or not."""
        own = {c.key: values.get(c.key) for c in self.inputs}
        return {**variables, **values, **own}


def form_of(content: bytes) -> Form:
    """The form in ``content``; ``DrawingRefused`` with the findings when it cannot be used."""
    key, components = Reader().form(content)
    return Form(key, hashlib.sha256(content).hexdigest(), components)


def _offering(component: Component, options: Mapping[str, Sequence[Option]]) -> Component:
    children = tuple(_offering(c, options) for c in component.children)
    offered = options.get(component.key) if component.dynamic else None
    return replace(component, options=component.options if offered is None else tuple(offered), children=children)


def _messages(error: ValidationError) -> Mapping[Any, list[Any]]:
    messages = error.messages
    return messages if isinstance(messages, dict) else {"": messages}


def _shown(components: Iterable[Component], scope: dict[str, Any]) -> Iterable[Component]:
    """Components in order; what is hidden counts as empty for the conditions after it."""
    for component in components:
        if _is_hidden(component, scope):
            scope.update({c.key: None for c in component.inputs()})
        elif component.children:
            children = tuple(_shown(component.children, scope))
            if children:
                yield replace(component, children=children)
        else:
            yield component


def _is_hidden(component: Component, scope: Values) -> bool:
    if component.dynamic and not component.options:
        return True
    return component.hide is not None and _holds(component.hide, scope) is True


def _holds(source: str, scope: Values) -> bool | None:
    """A condition; a name that is not there is null, as FEEL has it. ``None`` when it cannot be told."""
    known = {name: scope.get(name) for name in feel.names(source)}
    try:
        return feel.evaluate(source, known) is True
    except ExpressionError:
        return None


def _is_required(component: Component, scope: Values) -> bool:
    """A condition that cannot be told counts as met: better asked once too often."""
    when = component.limits.required_when
    return component.limits.required or (when is not None and _holds(when, scope) is not False)


def _least(component: Component, scope: Values) -> int | None:
    """The whole number that the expression gives; ``None`` when it cannot be told."""
    source = component.limits.minimum_from
    assert source is not None
    try:
        found = feel.evaluate(source, {name: scope.get(name) for name in feel.names(source)})
    except ExpressionError:
        return None
    return int(found) if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == []


def _posted(component: Component, posted: Any) -> Any:
    if component.type == "checkbox":
        return component.key in posted
    if component.type == "checklist":
        return posted.getlist(component.key)
    if component.type == "filepicker":
        return [
            int(v) if v.isascii() and v.isdigit() and len(v) < 20 else v for v in posted.getlist(component.key) if v
        ]
    value = posted.get(component.key)
    return value.strip() if component.type == "number" and isinstance(value, str) else value


def _invalid(wrong: Mapping[str, list[Any]]) -> Invalid:
    return Invalid(
        "Some of what was entered is not right.",
        faults=[_fault(key, remarks[0]) for key, remarks in list(wrong.items())[:MAX_FAULTS]],
    )


MAX_FAULTS = 50


def _fault(key: str, remark: Any) -> Fault:
    pointer = f"/data/{key[:100].replace('~', '~0').replace('/', '~1')}" if key else "/data"
    if isinstance(remark, Remark):
        return Fault(pointer, remark.message, remark.values, remark.code)
    return Fault(pointer, N_("The form has no such member."), code="unknown_member")
