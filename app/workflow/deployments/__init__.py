"""Drawings become process definitions."""
