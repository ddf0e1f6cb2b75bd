"""The verbs, recorders, facts and form texts that the drawings of this feature name.

What people say in their tasks is audited in the chain of the case; what becomes
of the request, in the request's own. Importing this registers them.
"""

from __future__ import annotations

from . import afterwards, asked, done, offered, said

__all__ = ["afterwards", "asked", "done", "offered", "said"]
