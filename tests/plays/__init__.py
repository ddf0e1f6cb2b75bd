"""Random plays of the bank, checked against its rules after every step."""
