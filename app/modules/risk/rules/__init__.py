"""What is pure about product risk."""
