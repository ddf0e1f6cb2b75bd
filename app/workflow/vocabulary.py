"""The verbs and facts that drawings may name.

Features register their handlers here; a drawing can call nothing else. A
handler declares its parameters, which are checked when a drawing is deployed
and again when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.workflow.forms.components import Option
from app.workflow.models import ProcessInstance, Task


@dataclass
class Context:
    """What a handler is given. It works in the caller's unit of work and never commits."""

    uow: Session
    instance: ProcessInstance
    actor: Actor
    now: datetime
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    task: Task | None = None
    """The task that is being completed, for recorders."""
    element_id: str | None = None
    entries: list[audit.Entry] = field(default_factory=list)

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts, and when: what every verb of a feature is given."""
        return {"actor": self.actor, "now": self.now}

    @property
    def said(self) -> dict[str, Any]:
        """The same, with what was answered."""
        return {"answers": self.parameters, **self.acting}

    @property
    def own_task(self) -> Task:
        """The task that is being completed; only recorders are given one."""
        assert self.task is not None
        return self.task

    def note(self, action: str, **payload: Any) -> None:
        """Add a line to the audit chain of the case."""
        self.entries.append(audit.Entry(action, self.actor.username, self.now, payload))


Handler = Callable[[Context], Any]
Guard = Callable[[Session, str, str | None], None]
"""Given the unit of work, the key of the process and the business key of a case that is to start; raises to refuse."""
EndGuard = Callable[[Session, ProcessInstance], None]
Carder = Callable[[Session, str | None], Mapping[str, Any]]
"""Given the business key of a case that is to start: its ``title`` by language, its ``products``."""


@dataclass(frozen=True)
class Several:
    """A decision that is asked once for each of several inputs, and how its answers are taken together.

    What a fact source gives back where one case holds several matters, such as
    products of more than one family.
    """

    inputs: Sequence[Mapping[str, Any]]
    together: Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Known:
    """What a feature knows of a form's matter before anybody fills the form in."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the form's conditions may look at besides the variables of the case."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What stands in fields until somebody types something else."""
    assumed: Mapping[str, Any] = field(default_factory=dict)
    """What a program means that leaves a field out; a page always sends what is ticked and what is not."""
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    """What may be chosen in fields whose ``optionsFrom`` is ``records``."""


Teller = Callable[[Session, Task, ProcessInstance, datetime], Known]


@dataclass(frozen=True)
class Verb:
    """A registered handler and the parameters it takes."""

    name: str
    function: Handler
    required: frozenset[str]
    optional: frozenset[str]

    def complaint(self, given: set[str]) -> tuple[str, str] | None:
        """``(template, name)`` of the first wrong parameter, or nothing."""
        for name in sorted(self.required - given):
            return "The parameter %(name)s is missing.", name
        for name in sorted(given - self.required - self.optional):
            return "There is no parameter %(name)s.", name
        return None


_HANDLERS: dict[str, Verb] = {}
_RECORDERS: dict[str, Verb] = {}
_FACTS: dict[str, Verb] = {}
_CANCELLED: dict[str, Handler] = {}
_GUARDS: dict[str, Guard] = {}
_ENDS: dict[str, EndGuard] = {}
_KNOWN: dict[str, Teller] = {}
_CARDS: dict[str, Carder] = {}


def _registrar(register: dict[str, Verb]) -> Callable[..., Callable[[Handler], Handler]]:
    def named(name: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Any:
        def add(function: Handler) -> Handler:
            register[name] = Verb(name, function, frozenset(required), frozenset(optional))
            return function

        return add

    return named


handler = _registrar(_HANDLERS)
"""``@handler("changes.publish")``: what a service task with ``tollgate:handler`` calls."""

recorder = _registrar(_RECORDERS)
"""``@recorder("changes.record_review")``: keeps the answers of a task in the feature's own tables and
returns the routing facts. Named by ``tollgate:record`` on a user task."""

facts = _registrar(_FACTS)
"""``@facts("changes.difference")``: computes the inputs of a decision from the records. Named by
``tollgate:facts`` on a business rule task."""


def when_cancelled(*process_keys: str) -> Callable[[Handler], Handler]:
    """``@when_cancelled("product_update")``: closes the feature's records when a case is cancelled from outside."""

    def add(function: Handler) -> Handler:
        _CANCELLED.update(dict.fromkeys(process_keys, function))
        return function

    return add


def cancelled(process_key: str) -> Handler | None:
    return _CANCELLED.get(process_key)


def matter_open() -> Conflict:
    """What somebody is told who would end a case past the steps that end its matter."""
    return Conflict(N_("The case cannot end here: what it is about is still open."), code="matter_open")


def before_end(*process_keys: str) -> Callable[[EndGuard], EndGuard]:
    """``@before_end("product_update")``: refuses that a case ends while the feature's record is open.

    The drawing's ways all close it; an operator who moves a case to a step beside
    them, such as one behind a reminder, would else end the case and leave the record behind.
    """

    def add(function: EndGuard) -> EndGuard:
        _ENDS.update(dict.fromkeys(process_keys, function))
        return function

    return add


def end_guard(process_key: str) -> EndGuard | None:
    return _ENDS.get(process_key)


def before_start(*process_keys: str) -> Callable[[Guard], Guard]:
    """``@before_start("product_update")``: refuses a case that a feature's own records do not stand behind."""

    def add(function: Guard) -> Guard:
        _GUARDS.update(dict.fromkeys(process_keys, function))
        return function

    return add


def start_guard(process_key: str) -> Guard | None:
    return _GUARDS.get(process_key)


def card_of(*process_keys: str) -> Callable[[Carder], Carder]:
    """``@card_of("product_planning")``: what lists show of a case that a message began."""

    def add(function: Carder) -> Carder:
        _CARDS.update(dict.fromkeys(process_keys, function))
        return function

    return add


def carder(process_key: str) -> Carder | None:
    return _CARDS.get(process_key)


def knows(form: str) -> Callable[[Teller], Teller]:
    """``@knows("design")``: what a feature's records say about the fields of a form, asked each time it is shown."""

    def add(function: Teller) -> Teller:
        _KNOWN[form] = function
        return function

    return add


def known_of(form: str) -> Teller | None:
    return _KNOWN.get(form)


def handlers() -> Mapping[str, Verb]:
    return _HANDLERS


def recorders() -> Mapping[str, Verb]:
    return _RECORDERS


def fact_sources() -> Mapping[str, Verb]:
    return _FACTS
