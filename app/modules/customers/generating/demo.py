"""The customers of the demo bank, over all its own products."""

from __future__ import annotations

from datetime import datetime

from app.modules.customers.generating.bulk import Run, generate

PRODUCTS = (
    "CN-DEMAND",
    "CN-TD",
    "CN-CD",
    "CN-HOUSING",
    "CN-AUTO",
    "CN-WORKING-CAPITAL",
    "CN-FIXED-ASSET",
    "CN-CARD-STD",
    "CN-CARD-METRO",
    "CN-CARD-PREMIUM",
    "CN-CASH",
    "CN-BOND-R2",
    "CN-MIXED-R3",
    "CN-EQUITY-R4",
    "CN-FX",
    "CN-GOLD",
)
DEMO_RUN = Run(products=PRODUCTS, customers=300, holdings=900, seed=1)


def seed_customers(now: datetime) -> None:
    """Some hundred customers, once: a run that is complete writes nothing."""
    for _ in generate(DEMO_RUN, now):
        pass
