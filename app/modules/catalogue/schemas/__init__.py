"""marshmallow schemas of the catalogue: version contents, imported records, the API."""
