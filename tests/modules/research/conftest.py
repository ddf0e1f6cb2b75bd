"""The demo bank with deposits on sale, and people who ask over HTTP."""

from __future__ import annotations

from tests.modules.changes.conftest import ask, bank, play

__all__ = ["ask", "bank", "play"]
