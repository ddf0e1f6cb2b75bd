"""Tier families 分层产品系列: variants of one product for its customer tiers, and plans agreed under them."""
