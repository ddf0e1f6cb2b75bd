"""Notices: the bell, the page, and the same for programs."""
