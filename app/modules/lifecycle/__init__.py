"""The life of a product: its stages from planning to exit, objectives and what became of them, and its page."""
