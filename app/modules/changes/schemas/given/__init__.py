"""What the API of change requests gives."""
