"""The data modules, in the order in which they may know each other."""
