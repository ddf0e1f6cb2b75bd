"""The bank's calendar: its own days on top of the national ones."""
