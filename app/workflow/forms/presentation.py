"""Components as others want to see them: programs as form-js, the page macro as plain facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.workflow import feel
from app.workflow.forms.components import Component, text_in

Required = Callable[[Component], bool]
Least = Callable[[Component], int | None]


def for_api(component: Component, language: str, required: Required, least: Least) -> dict[str, Any]:
    """The form-js component in one language."""
    raw = dict(component.raw or {})
    found = {k: v for k, v in raw.items() if k not in {"properties", "conditional", "components"}}
    label = {"text": "text", "datetime": "dateLabel"}.get(component.type, "label")
    if component.labels:
        found[label] = component.label(language)
    if component.descriptions:
        found["description"] = text_in(component.descriptions, language)
    if component.options:
        found["values"] = [{"value": o.value, "label": text_in(o.labels, language)} for o in component.options]
    if component.is_input:
        found["validate"] = {**raw.get("validate", {}), "required": required(component)}
    if component.limits.minimum_from and (number := least(component)) is not None:
        found["validate"]["min"] = number
    if component.type == "group":
        found["components"] = [for_api(child, language, required, least) for child in component.children]
    return found


def for_page(
    component: Component, language: str, values: Mapping[str, Any], required: Required, shown: Collection[str]
) -> dict[str, Any]:
    """What the macro needs to render one component, its present value and conditions included."""
    limits = component.limits
    return {
        "type": component.type,
        "key": component.key,
        "id": f"field-{component.key or component.id}",
        "label": component.label(language),
        "description": text_in(component.descriptions, language),
        "options": [{"value": o.value, "label": text_in(o.labels, language)} for o in component.options],
        "value": _shown_value(component, values) if component.key else None,
        "required": component.is_input and required(component),
        "always_required": limits.required,
        "max_length": limits.max_length,
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "exact": limits.exact,
        "multiple": limits.multiple,
        "hidden": component.id not in shown,
        "hide_when": _condition(component.hide),
        "required_when": _condition(limits.required_when),
        "children": [for_page(child, language, values, required, shown) for child in component.children],
    }


def _shown_value(component: Component, values: Mapping[str, Any]) -> Any:
    """The value as a page can show it; a draft may hold anything."""
    value = values.get(component.key, component.default)
    if component.type in {"checklist", "filepicker"}:
        return [v for v in value if isinstance(v, str | int)] if isinstance(value, list) else []
    if component.type == "checkbox":
        return value is True
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _condition(source: str | None) -> str | None:
    """The condition as JSON, for the script that shows and hides while one types."""
    return None if source is None else json.dumps(feel.parse_expression(source), default=str, ensure_ascii=False)
