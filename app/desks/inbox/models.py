"""What a person keeps of the inbox."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Record


class SavedList(Record):
    """A list of the inbox that a person gave a name: a filter with its process, product and order."""

    __tablename__ = "saved_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("person.username"))
    name: Mapped[str] = mapped_column(Text)
    filter: Mapped[str] = mapped_column(Text)
    process: Mapped[str | None] = mapped_column(Text)
    product: Mapped[str | None] = mapped_column(Text)
    sort: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("username", "name"),)
