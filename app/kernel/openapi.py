"""What the OpenAPI document says beyond what marshmallow tells by itself.

A field may carry ``metadata={"openapi": {...}}``: JSON Schema that is merged
into its description. A schema may carry ``openapi`` as a class attribute: rules
over several members, merged into the object. Both only describe; the reading is
done by the same field or schema.
"""

from __future__ import annotations

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from app.kernel.fields import KEEPABLE
from app.kernel.input import MAX_NUMBER

ANY_VALUE: dict[str, Any] = {"$ref": "#/components/schemas/AnyValue"}
MEMBERS: dict[str, Any] = {"additionalProperties": ANY_VALUE, "propertyNames": {"pattern": KEEPABLE}}
"""An object of any members that a database can keep."""


def _any_value(levels: int) -> dict[str, Any]:
    """Said level by level, because generators of test data cannot follow a schema that holds itself."""
    if not levels:
        return {}
    inner = _any_value(levels - 1)
    return {
        "anyOf": [
            {"type": ["null", "boolean"]},
            {"type": "string", "pattern": KEEPABLE},
            {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER},
            {"type": "array", "items": inner},
            {"type": "object", "additionalProperties": inner, "propertyNames": {"pattern": KEEPABLE}},
        ]
    }


COMPONENTS: dict[str, dict[str, Any]] = {
    "AnyValue": {
        "description": "Any JSON: no U+0000 in a text, no number beyond 10³⁰, at most 50 levels deep",
        **_any_value(3),
    }
}


class _Converter(OpenAPIConverter):
    def init_attribute_functions(self) -> None:
        super().init_attribute_functions()  # type: ignore[no-untyped-call]
        # Last, so that it has the last word.
        self.attribute_functions.append(_told_by_the_field)

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {**found, **getattr(schema, "openapi", {})}


def _told_by_the_field(field: Any, **_: Any) -> dict[str, Any]:
    return dict(field.metadata.get("openapi", {}))


class Plugin(MarshmallowPlugin):
    """The marshmallow plugin of apispec that listens to ``openapi``."""

    Converter = _Converter
