"""Who a generated customer is, drawn from a random generator that is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum import luhn
from stdnum.cn import ric, uscc

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "黄": "huang", "赵": "zhao",
    "吴": "wu", "周": "zhou", "徐": "xu", "孙": "sun", "马": "ma", "朱": "zhu", "胡": "hu", "郭": "guo", "何": "he",
    "林": "lin", "高": "gao", "罗": "luo", "郑": "zheng", "梁": "liang", "谢": "xie", "宋": "song", "唐": "tang",
    "许": "xu", "韩": "han", "冯": "feng", "邓": "deng", "曹": "cao", "彭": "peng", "曾": "zeng", "欧阳": "ouyang",
}  # fmt: skip
_WEIGHTS = [max(40 - n, 3) for n in range(len(SURNAMES))]
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彬云慧欣怡宇浩轩梓涵子墨雨泽思远嘉文博睿晨佳琪"
CITIES = ("北京", "上海", "深圳", "成都", "杭州", "苏州", "南京", "武汉", "广州", "天津", "西安", "青岛")
STEMS = "恒信安达瑞丰金华宏远盛泰永兴和润嘉禾中科天元同创博远鼎立众诚万通"
TRADES = ("科技", "贸易", "物流", "机械", "食品", "建材", "医疗器械", "文化传媒", "新能源", "纺织")
REGIONS = (
    *(f"1101{n:02d}" for n in range(1, 10)),
    *(f"1201{n:02d}" for n in range(1, 14)),
    *(f"3101{n:02d}" for n in (1, 3, 4, 5, 6, 7, 8, 9, 10)),
)
"""Districts whose codes have stood since before 1940 by the table of the checking library."""
FIRST_BIRTH, BIRTHS = date(1941, 1, 1), 24_800
_WRONG = str.maketrans("0123456789X", "12345678900")


@dataclass(frozen=True)
class Face:
    """A customer without a number yet."""

    kind: str
    name: str
    id_kind: str
    id_number: str
    phone: str
    mail: str
    birth_year: int | None
    segments: tuple[str, ...]


def face(rng: Random, segment: str) -> Face:
    """Somebody of this customer group."""
    return _organisation(rng) if segment == "corporate" else _person(rng, segment)


def _person(rng: Random, segment: str) -> Face:
    surname = rng.choices(list(SURNAMES), _WEIGHTS)[0]
    given = "".join(rng.choices(GIVEN, k=2 if rng.random() < 0.85 else 1))
    birth = FIRST_BIRTH + timedelta(days=_age(rng, segment))
    return Face(
        kind="person",
        name=surname + given,
        id_kind="resident_id",
        id_number=_resident_id(rng, birth),
        phone=f"12{rng.randrange(10**9):09d}",
        mail=f"{SURNAMES[surname]}.{rng.randrange(10**6):06d}@example.com",
        birth_year=birth.year,
        segments=(segment,),
    )


def _age(rng: Random, segment: str) -> int:
    """Days after the first birth: the retired were born early, young workers late."""
    if segment == "retiree":
        return rng.randrange(0, 8_700)
    return rng.randrange(19_000, BIRTHS) if segment == "young" else rng.randrange(4_000, BIRTHS)


def _resident_id(rng: Random, birth: date) -> str:
    body = f"{rng.choice(REGIONS)}{birth:%Y%m%d}{rng.randrange(996, 1000)}"
    return body + ric.calc_check_digit(f"{body}0")


def _organisation(rng: Random) -> Face:
    name = rng.choice(CITIES) + "".join(rng.sample(STEMS, 2)) + rng.choice(TRADES) + "有限公司"
    return Face(
        kind="corporate",
        name=name,
        id_kind="uscc",
        id_number=_credit_code(rng),
        phone=f"12{rng.randrange(10**9):09d}",
        mail=f"office.{rng.randrange(10**8):08d}@example.com",
        birth_year=None,
        segments=("corporate",),
    )


def _credit_code(rng: Random) -> str:
    organisation = f"{rng.randrange(10**8):08d}"
    total = sum(int(digit) * weight for digit, weight in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    right = "0123456789X"[(11 - total % 11) % 11]
    body = f"91{rng.choice(REGIONS)}{organisation}{right.translate(_WRONG)}"
    return body + uscc.calc_check_digit(body)


def card_number(rng: Random) -> str:
    """Nineteen digits, the last by Luhn."""
    body = f"9990{rng.randrange(10**14):014d}"
    return body + luhn.calc_check_digit(body)
