"""Random structured diagrams: every block has one way in and one way out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.workflow.drawings import drawn, flow, line, node

Block = tuple[Any, ...]
MULTI = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
    "<bpmn:loopDataInputRef>items</bpmn:loopDataInputRef>"
    '<bpmn:inputDataItem id="{name}_item" name="{name}_item"/></bpmn:multiInstanceLoopCharacteristics>'
)
VARIABLES: dict[str, Any] = {"items": ["a", "b", "c"], "one": 1}


def blocks(tasks: int = 8) -> st.SearchStrategy[Block]:
    """Trees of blocks."""
    leaf = st.one_of(
        st.just(("task",)), st.just(("task",)), st.tuples(st.just("multi"), st.booleans()), st.just(("script",))
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda b: ("sequence", *b)),
            st.lists(inner, min_size=2, max_size=3).map(lambda b: ("parallel", *b)),
            st.tuples(st.integers(0, 2), st.lists(inner, min_size=2, max_size=3)).map(
                lambda p: ("choice", p[0], *p[1])
            ),
            st.tuples(st.integers(1, 7), st.lists(inner, min_size=2, max_size=3)).map(lambda p: ("some", p[0], *p[1])),
            st.tuples(st.integers(2, 3), inner).map(lambda p: ("loop", *p)),
            inner.map(lambda b: ("part", b)),
        ),
        max_leaves=tasks,
    )


@dataclass
class Writer:
    """Writes a tree of blocks as BPMN. Names count up in the order of writing."""

    counts: dict[str, int] = field(default_factory=dict)

    def name(self, kind: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def process(self, block: Block) -> str:
        return drawn(self.part(block, "begin", "finish"))

    def part(self, block: Block, begin: str, finish: str) -> str:
        body, first, last = self.block(block)
        ends = node("startEvent", begin) + node("endEvent", finish)
        return ends + body + line(begin, first) + line(last, finish)

    def block(self, block: Block) -> tuple[str, str, str]:
        """``(xml, id of the way in, id of the way out)``"""
        kind, *rest = block
        written: tuple[str, str, str] = getattr(self, f"_{kind}")(*rest)
        return written

    def _task(self) -> tuple[str, str, str]:
        name = self.name("task")
        return node("userTask", name), name, name

    def _script(self) -> tuple[str, str, str]:
        name = self.name("script")
        return node("scriptTask", name, f"<bpmn:script>{name}_done = one + 1</bpmn:script>"), name, name

    def _multi(self, sequential: bool) -> tuple[str, str, str]:
        name = self.name("multi")
        inner = MULTI.format(sequential=str(sequential).lower(), name=name)
        return node("userTask", name, inner), name, name

    def _sequence(self, *blocks: Block) -> tuple[str, str, str]:
        parts = [self.block(b) for b in blocks]
        flows = "".join(line(a[2], b[1]) for a, b in pairwise(parts))
        return "".join(p[0] for p in parts) + flows, parts[0][1], parts[-1][2]

    def _parallel(self, *blocks: Block) -> tuple[str, str, str]:
        return self._gateways("parallelGateway", blocks, [None] * len(blocks))

    def _choice(self, taken: int, *blocks: Block) -> tuple[str, str, str]:
        conditions = [f"one == {1 if i == taken else 2}" for i in range(1, len(blocks))]
        return self._gateways("exclusiveGateway", blocks, [None, *conditions])

    def _some(self, mask: int, *blocks: Block) -> tuple[str, str, str]:
        conditions = [f"one == {1 if mask >> i & 1 else 2}" for i in range(1, len(blocks))]
        return self._gateways("inclusiveGateway", blocks, [None, *conditions])

    def _gateways(self, kind: str, blocks: Any, conditions: list[str | None]) -> tuple[str, str, str]:
        fork, join = self.name("fork"), self.name("join")
        parts = [self.block(b) for b in blocks]
        default = {} if kind == "parallelGateway" else {"default": f"{fork}_{parts[0][1]}"}
        body = node(kind, fork, **default) + node(kind, join)
        for (xml, first, last), condition in zip(parts, conditions, strict=True):
            body += xml + flow(fork, first, condition) + flow(last, join)
        return body, fork, join

    def _loop(self, turns: int, block: Block) -> tuple[str, str, str]:
        name, merge, question = self.name("loop"), self.name("merge"), self.name("question")
        count, reset = f"{name}_count", f"{name}_reset"
        xml, first, last = self.block(block)
        body = node("scriptTask", reset, f"<bpmn:script>{name} = 0</bpmn:script>") + node("exclusiveGateway", merge)
        body += node("scriptTask", count, f"<bpmn:script>{name} = {name} + 1</bpmn:script>")
        out = self.name("out")
        body += node("exclusiveGateway", question, default=f"{question}_{out}") + node("exclusiveGateway", out)
        body += xml + line(reset, merge, count, first) + line(last, question) + line(question, out)
        return body + flow(question, merge, f"{name} &lt; {turns}"), reset, out

    def _part(self, block: Block) -> tuple[str, str, str]:
        name = self.name("part")
        return node("subProcess", name, self.part(block, f"{name}_begin", f"{name}_finish")), name, name
