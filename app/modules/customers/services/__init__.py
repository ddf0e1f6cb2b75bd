"""What may be done to holdings."""
