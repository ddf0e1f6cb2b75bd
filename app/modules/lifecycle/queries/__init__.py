"""Reads of a product's life and of its readings."""

from app.modules.lifecycle.queries.life import Life, life_of
from app.modules.lifecycle.queries.readings import Reading, measures_seen, readings_of

__all__ = ["Life", "Reading", "life_of", "measures_seen", "readings_of"]
