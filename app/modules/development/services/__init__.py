"""What people do in research and development."""
