"""The one door to SpiffWorkflow: a function from state to outcome.

Nothing outside this package imports SpiffWorkflow, and nothing in it knows a
database, a network or the wall clock. The service hands in the stored state and
the time, and gets back an :class:`Outcome`: which work is open, which calls are
to be made, which timers are to be set, which elements were passed.
"""

from app.workflow.engine.drawing import Drawing, ElementFacts, read_drawing
from app.workflow.engine.errors import DrawingRefused, EngineError, Finding, NotOpen
from app.workflow.engine.outcome import Awaited, Call, OpenWork, Outcome, Thrown, TimerDue
from app.workflow.engine.run import Run

__all__ = [
    "Awaited",
    "Call",
    "Drawing",
    "DrawingRefused",
    "ElementFacts",
    "EngineError",
    "Finding",
    "NotOpen",
    "OpenWork",
    "Outcome",
    "Run",
    "Thrown",
    "TimerDue",
    "read_drawing",
]
