"""What holds in research and development, without a database."""
