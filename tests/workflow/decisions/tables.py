"""Small decision tables for tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:tollgate="urn:tollgate:dmn:1"'
    ' id="definitions" name="Test" namespace="urn:test">'
)


def dmn(
    rules: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    key: str = "size",
    policy: str = "UNIQUE",
    inputs: Sequence[tuple[str, str]] = (("amount", "number"),),
    outputs: Sequence[str] = ("size",),
    values: str | None = None,
    allowed: str | None = None,
    aggregation: str | None = None,
) -> bytes:
    """A DMN file with one table; ``values`` are the output values, ``allowed`` the input values."""
    more = f' aggregation="{aggregation}"' if aggregation else ""
    lines = [_HEAD, f'<decision id="{key}" name="Size" tollgate:nameZh="大小">']
    lines.append(f'<decisionTable id="{key}_table" hitPolicy={quoteattr(policy)}{more}>')
    for name, kind in inputs:
        lines.append(
            f'<input id="in_{name}"><inputExpression typeRef="{kind}"><text>{escape(name)}</text></inputExpression>'
        )
        lines.append(f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else "")
        lines.append("</input>")
    for name in outputs:
        inner = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
        lines.append(f'<output id="out_{name}" name="{name}">{inner}</output>')
    for number, (conditions, results) in enumerate(rules, start=1):
        lines.append(
            f'<rule id="row_{number}" tollgate:annotationZh="行内制度">\n<description>bank policy</description>'
        )
        for (name, _), text in zip(inputs, conditions, strict=True):
            lines.append(f'<inputEntry id="row_{number}_{name}"><text>{escape(text)}</text></inputEntry>')
        for name, text in zip(outputs, results, strict=True):
            lines.append(f'<outputEntry id="row_{number}_is_{name}"><text>{escape(text)}</text></outputEntry>')
        lines.append("</rule>")
    lines.append("</decisionTable></decision></definitions>")
    return "\n".join(lines).encode()
