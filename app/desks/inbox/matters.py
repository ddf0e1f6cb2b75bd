"""The matter of a case: what its feature wants people to see beside the question.

The desk knows no feature. A feature's page fragment is named here by the key of
the process it belongs to; where nothing is named, the answers given so far are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.workflow.models import ProcessInstance


@dataclass(frozen=True)
class Matter:
    """A template and what it needs. ``brief`` is a shorter one for the preview pane."""

    template: str
    context: Mapping[str, Any]
    brief: str | None = None
    whole: bool = True
    """Whether it also tells what was answered so far; else the page does."""


Source = Callable[[Session, ProcessInstance, Actor], Matter | None]

_SOURCES: dict[str, Source] = {}


def shows(*process_keys: str) -> Callable[[Source], Source]:
    """``@shows("product_update")``: what tells of the matter of cases of these processes."""

    def register(source: Source) -> Source:
        _SOURCES.update({key: source for key in process_keys})
        return source

    return register


def matter_of(session: Session, instance: ProcessInstance, actor: Actor) -> Matter | None:
    """What the case is about, as its feature tells it."""
    source = _SOURCES.get(instance.process_key)
    return source(session, instance, actor) if source else None
