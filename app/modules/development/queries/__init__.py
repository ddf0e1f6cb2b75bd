"""Research and development for reading."""
