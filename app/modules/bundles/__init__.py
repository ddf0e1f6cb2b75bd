"""Bundles of products 产品组合: what is sold together, to whom, and at which price."""
