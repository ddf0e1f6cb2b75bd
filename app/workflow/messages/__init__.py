"""Messages from case to case, and from programs to cases."""
