"""Named errors of the domain. ``bootstrap`` alone maps them to HTTP.

An error carries a stable ``code`` (for programs), a message that can be
translated (for people) and, for a wrong value, pointers to the members at
fault. Messages are given as an English template plus its values, so that they
are translated where the language of the person is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One wrong member: ``pointer`` is a JSON pointer (RFC 6901) or a BPMN element id."""

    pointer: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    code: str = "invalid"


class DomainError(Exception):
    """Something the domain refuses. Never raised for a bug."""

    status = 422
    code = "refused"
    element_id: str | None = None
    """The step at which a case met with it, if one did."""

    def __init__(self, message: str, *, code: str | None = None, faults: Sequence[Fault] = (), **values: object):
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        self.faults = tuple(faults)
        if code:
            self.code = code


class NotSignedIn(DomainError):
    """401: nobody, or nobody any more."""

    status = 401
    code = "not_signed_in"


class Forbidden(DomainError):
    """403: you may not."""

    status = 403
    code = "forbidden"


class NotFound(DomainError):
    """404: not there, or not for your eyes."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """409: somebody was first, or the version is old."""

    status = 409
    code = "conflict"


class Stale(DomainError):
    """412: ``If-Match`` names a state that is gone."""

    status = 412
    code = "stale"


class PreconditionRequired(DomainError):
    """428: a change to a record must say which state of it was seen."""

    status = 428
    code = "precondition_required"


class TooLarge(DomainError):
    """413: more than the platform is willing to read."""

    status = 413
    code = "too_large"


class Unavailable(DomainError):
    """503: the records cannot be reached or written just now; the same request may succeed later."""

    status = 503
    code = "unavailable"


class Invalid(DomainError):
    """422: a wrong value, with a pointer to each wrong member."""

    status = 422
    code = "invalid"


class NotThere(Invalid):
    """404: a member names something that is not there, with a pointer to each."""

    status = 404
    code = "not_found"

    def __init__(self, faults: Sequence[Fault]):
        super().__init__(faults[0].message, faults=faults)
        self.values = dict(faults[0].values)


def invalid(pointer: str, message: str, *, code: str = "invalid", **values: object) -> Invalid:
    """An ``Invalid`` about a single member."""
    return Invalid(
        "Some of what was entered is not right.",
        faults=[Fault(pointer=pointer, message=message, values=values, code=code)],
    )
