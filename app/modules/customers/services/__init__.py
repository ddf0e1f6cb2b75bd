"""What may be done for customers: showing who they are, opening a holding, moving and ending many."""

from __future__ import annotations

from app.modules.customers.services.identifying import Identity, identify
from app.modules.customers.services.moving import end_holdings, move_holdings
from app.modules.customers.services.selling import agreements, open_holding

__all__ = ["Identity", "agreements", "end_holdings", "identify", "move_holdings", "open_holding"]
