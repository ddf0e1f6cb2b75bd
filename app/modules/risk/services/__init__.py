"""The business verbs of product risk."""
