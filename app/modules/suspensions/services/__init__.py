"""What may be done to suspensions. Only ordering one and reporting a quota begin outside of its process."""

from __future__ import annotations

from app.modules.suspensions.services.ordering import quota_used, suspend

__all__ = ["quota_used", "suspend"]
