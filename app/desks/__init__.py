"""Workplaces: the inbox, the designer, the operator."""
