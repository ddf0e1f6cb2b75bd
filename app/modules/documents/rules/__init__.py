"""Pure rules of templates: their states, their merge fields, and which of them fits."""
