"""Timers as rows."""
