"""What the API of research and development takes and gives."""
