"""Pure rules of change requests."""
