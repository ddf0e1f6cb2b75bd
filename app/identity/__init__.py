"""People, departments, units, roles, sign-in and the permission table."""
