"""The templates of the product types are documents too: one that is not right stops the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.kernel.errors import Fault, Invalid
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
    for template in found.templates:
        tried = [_faults(begun(found, template, entered)) for entered in (_entered(found, 0), _entered(found, -1))]
        for fault in min(tried, key=len):
            place = f"templates.{template.key}.content{fault.pointer.replace('/', '.')}"
            yield Flaw(source_of(found.key), place, fault.message % dict(fault.values))


def _faults(content: Mapping[str, Any]) -> Sequence[Fault]:
    try:
        load_content(content)
    except Invalid as error:
        return error.faults
    return ()


def _entered(found: ProductType, place: int) -> dict[str, dict[str, Any]]:
    """Something in what is required, which a template leaves to whoever creates the product; of choices the one at
    ``place``, because a type may bar the lowest ratings or the highest."""
    entered: dict[str, dict[str, Any]] = {}
    for group, attribute in found.attributes():
        if attribute.required:
            value = _NAME if attribute.kind == "phrase" else (list(attribute.choices) or ["-"])[place]
            entered.setdefault(group.key, {})[attribute.key] = value
    return entered
