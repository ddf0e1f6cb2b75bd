"""What follows from a family, its corridors and its tiers: pure."""
