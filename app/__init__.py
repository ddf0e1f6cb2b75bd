"""Tollgate: the platform on which a bank runs its products."""
