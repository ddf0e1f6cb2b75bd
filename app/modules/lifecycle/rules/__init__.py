"""The stages of a life, what products are measured by, and how objectives are written and reached."""
