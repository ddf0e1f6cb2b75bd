"""A product type is one file: what contradicts itself is refused at the start, with file and place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.modules.catalogue.types import FOLDER, PRODUCT_TYPES, loaded
from app.modules.catalogue.types.description import ProductType
from app.modules.catalogue.types.flaws import ContradictoryTypes

TYPE = """
key = "gift_deposit"
family = "deposit"
labels = {en = "Gift deposit", zh = "礼金存款"}
groups = ["basics", {use = "terms", add = [%(attribute)s]}, %(groups)s]
checks = [%(checks)s]
"""
PLAIN = '{key = "gift", kind = "text", labels = {en = "Gift", zh = "礼品"}}'
LABELS = 'labels = {en = "A", zh = "甲"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of types with only what the bank's types share."""
    shutil.copytree(FOLDER / "shared", tmp_path / "shared")
    return tmp_path


def described(
    folder: Path, attribute: str = PLAIN, groups: str = '"fees"', checks: str = "", name: str = "gift_deposit"
) -> ProductType:
    text = TYPE % {"attribute": attribute, "groups": groups, "checks": checks}
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return loaded([folder])[1][folder / f"{name}.toml"]


def test_a_file_is_a_type(folder: Path) -> None:
    found = described(folder)
    assert [group.key for group in found.groups] == ["basics", "terms", "fees"]
    assert [attribute.key for attribute in found.group("terms").attributes] == ["currency", "gift"]


def attribute(members: str) -> dict[str, str]:
    return {"attribute": f'{{key = "a", {members}}}'}


def check(members: str) -> dict[str, str]:
    return {"attribute": f'{PLAIN}, {{use = "minimum"}}', "checks": f"{{{members}}}"}


CONTRADICTIONS = [
    ({"groups": '"fees", "fees"'}, "groups", "two groups have the key 'fees'"),
    ({"groups": '"feees"'}, "groups[2].use", "there is no shared group 'feees'"),
    ({"groups": f'{{key = "holders", {LABELS}, attributes = [{PLAIN}]}}'}, "groups.holders", "no group"),
    ({"groups": f'{{key = "x", {LABELS}}}'}, "groups.x", "a group needs attributes"),
    ({"attribute": f"{PLAIN}, {PLAIN}"}, "groups.terms", "two attributes have the key 'gift'"),
    (attribute('kind = "text", labels = {en = "A"}'), "groups[1].add[0].labels", "missing: zh"),
    (attribute('kind = "text"'), "groups[1].add[0].labels", "is missing"),
    (attribute(f'kind = "word", {LABELS}'), "groups[1].add[0].kind", "'word' is not text or"),
    (attribute(f'kind = "text", {LABELS}, colour = "red"'), "groups[1].add[0].colour", "is not known here"),
    (attribute(f'kind = "text", {LABELS}, required = 1'), "groups[1].add[0].required", "1 is not bool"),
    (attribute(f'kind = "integer", {LABELS}, minimum = 5, maximum = 4'), "groups.terms.a", "minimum 5 lies above"),
    (attribute(f'kind = "decimal", {LABELS}, unit = "cubits"'), "groups.terms.a.unit", "there is no unit 'cubits'"),
    (attribute(f'kind = "choice", {LABELS}'), "groups.terms.a.choices", "a choice needs choices"),
    (attribute(f'kind = "choice", {LABELS}, choices = "colours"'), "groups[1].add[0].choices", "no choices 'colours'"),
    (
        attribute(f'kind = "choice", {LABELS}, choices = "channels", default = "pigeon"'),
        "groups.terms.a.default",
        "'pigeon' is not among the choices",
    ),
    (
        attribute(f'kind = "list", {LABELS}, key_by = ["code"], columns = [{PLAIN}]'),
        "groups.terms.a.key_by",
        "there is no column 'code'",
    ),
    (attribute(f'kind = "list", {LABELS}, columns = [{PLAIN}]'), "groups.terms.a", "a list needs columns, and key_by"),
    (check('rule = "at_lest", of = "terms.minimum"'), "checks[0].rule", "there is no rule 'at_lest'"),
    (check('rule = "at_least", of = "terms.minimum"'), "checks[0].than", "at_least needs a bound"),
    (check('rule = "needs", of = "terms.gifts"'), "checks[0].of", "there is no attribute 'terms.gifts'"),
    (check('rule = "at_most", of = "terms.gift", than = "1"'), "checks[0].of", "a text cannot be compared"),
    (check('rule = "at_least", of = "terms.minimum", than = "P1Y"'), "checks[0].than", "neither an attribute"),
    (check('rule = "in_currency", of = "terms.gift", than = "terms.currency"'), "checks[0].of", "has no currency"),
    (check('rule = "in_currency", of = "terms.minimum", than = "CNY"'), "checks[0].than", "names a currency"),
    (
        check('rule = "needs", of = "terms.gift", when = {"terms.currency" = "CNY"}'),
        "checks[0].when",
        "a text is no condition",
    ),
    (check('rule = "one_of", of = "fees.fees.kind", values = ["bribe"]'), "checks[0].values", "bribe"),
    ({"name": "other_name"}, "key", "the file of 'gift_deposit' is named gift_deposit.toml"),
]


@pytest.mark.parametrize(("wrong", "place", "message"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_a_contradiction_is_refused_with_file_and_place(
    folder: Path, wrong: dict[str, str], place: str, message: str
) -> None:
    with pytest.raises(ContradictoryTypes) as refused:
        described(folder, **wrong)
    name = wrong.get("name", "gift_deposit")
    found = [f for f in refused.value.flaws if f.file == folder / f"{name}.toml" and f.place == place]
    assert found, str(refused.value)
    assert message in found[0].message


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    (folder / "broken.toml").write_text("key = ", "utf-8")
    with pytest.raises(ContradictoryTypes) as refused:
        described(folder, groups='"feees", "feess"')
    told = str(refused.value)
    assert "broken.toml: cannot be read" in told
    assert "(at end of document)" in told or "line 1" in told
    assert "'feees'" in told
    assert "'feess'" in told


def test_two_files_cannot_describe_one_type(folder: Path) -> None:
    other = folder / "own"
    other.mkdir()
    shutil.copy(FOLDER / "time_deposit.toml", folder)
    shutil.copy(FOLDER / "time_deposit.toml", other)
    with pytest.raises(ContradictoryTypes, match="another file describes 'time_deposit' too"):
        loaded([folder, other])


def test_the_types_of_the_bank_stand_family_by_family() -> None:
    assert list(PRODUCT_TYPES)[:3] == ["demand_deposit", "time_deposit", "large_cd"]
    families = [found.family for found in PRODUCT_TYPES.values()]
    assert [*dict.fromkeys(families)] == sorted(set(families), key=families.index)
