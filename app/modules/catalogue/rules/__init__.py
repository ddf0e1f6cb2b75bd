"""Pure decisions of the catalogue: no database, no clock, no Flask."""
