"""The templates of the product types are documents too: one that is not right stops the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.kernel.errors import Invalid
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.types import PRODUCT_TYPES, source_of
from app.modules.catalogue.types.description import ProductType, Template
from app.modules.catalogue.types.flaws import ContradictoryTypes, Flaw

_NAME = {"en": "New product", "zh": "新产品"}


def begun(found: ProductType, template: Template | None, needed: Mapping[str, Any]) -> dict[str, Any]:
    """What a new product begins with: the defaults of its type, the template over them, what was entered over both."""
    content: dict[str, Any] = {"type": found.key}
    for group, attribute in found.attributes():
        if attribute.default is not None:
            content.setdefault(group.key, {})[attribute.key] = attribute.default
    for given in (template.content if template else {}, needed):
        for key, members in given.items():
            content[key] = {**content.get(key, {}), **members}
    return content


def check_templates() -> None:
    """``ContradictoryTypes`` with the place of each member of a template that no document may hold."""
    flaws = [flaw for found in PRODUCT_TYPES.values() for flaw in _flaws(found)]
    if flaws:
        raise ContradictoryTypes(flaws)


def _flaws(found: ProductType) -> Iterator[Flaw]:
    entered = _entered(found)
    for template in found.templates:
        try:
            load_content(begun(found, template, entered))
        except Invalid as error:
            for fault in error.faults:
                place = f"templates.{template.key}.content{fault.pointer.replace('/', '.')}"
                yield Flaw(source_of(found.key), place, fault.message % dict(fault.values))


def _entered(found: ProductType) -> dict[str, dict[str, Any]]:
    """Something in what is required, which a template leaves to whoever creates the product."""
    entered: dict[str, dict[str, Any]] = {}
    for group, attribute in found.attributes():
        if attribute.required:
            value = _NAME if attribute.kind == "phrase" else next(iter(attribute.choices), "-")
            entered.setdefault(group.key, {})[attribute.key] = value
    return entered
