"""The budgets, measured: ``make bench`` prints the table and writes ``var/bench.json``."""
