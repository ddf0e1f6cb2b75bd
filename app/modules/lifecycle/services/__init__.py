"""What happens in a product's life outside of its cases: it is followed, aims are set, measures are read."""

from app.modules.lifecycle.services.aiming import set_objectives
from app.modules.lifecycle.services.following import begin
from app.modules.lifecycle.services.reading import enter

__all__ = ["begin", "enter", "set_objectives"]
