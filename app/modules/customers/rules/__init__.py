"""Pure rules about customers, what identifies them, and what they hold."""
