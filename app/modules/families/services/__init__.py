"""What may be done with families: founded and kept, followed, and plans agreed under them."""

from __future__ import annotations

from app.modules.families.services import honouring  # noqa: F401  (holdings ask it once it is loaded)
