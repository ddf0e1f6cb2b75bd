"""The demo bank: departments, units, and people in every role of the field.

Everybody has the same password, shown on the sign-in page. Demo mode listens
on the loopback interface only and refuses a database with other people in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department, OrganisationUnit, Person, PersonRole
from app.identity.services import actor_named, hash_password

DEMO_PASSWORD = "tollgate-demo"

DEPARTMENTS: tuple[tuple[str, str, str, str], ...] = (
    ("personal_banking", "Personal banking", "个人金融部", "owner"),
    ("corporate_banking", "Corporate banking", "公司金融部", "owner"),
    ("card_centre", "Card centre", "信用卡中心", "owner"),
    ("wealth", "Wealth management", "财富管理部", "owner"),
    ("risk", "Risk management", "风险管理部", "reviewer"),
    ("compliance", "Compliance", "合规部", "reviewer"),
    ("aml", "Anti-money laundering", "反洗钱中心", "reviewer"),
    ("finance", "Finance", "财务部", "reviewer"),
    ("alm", "Asset and liability management", "资产负债部", "reviewer"),
    ("legal", "Legal", "法律部", "reviewer"),
    ("consumer_protection", "Consumer protection", "消费者权益保护部", "reviewer"),
    ("technology", "Technology", "科技部", "reviewer"),
    ("operations", "Operations", "运营部", "reviewer"),
    ("executive_office", "Executive office", "行领导", "executive"),
    ("process_office", "Process office", "流程管理办公室", "support"),
    ("security", "Information security", "信息安全部", "support"),
    ("audit", "Internal audit", "审计部", "support"),
    ("customer_service", "Customer service", "客户服务中心", "support"),
    ("branch_network", "Branch network", "网点", "support"),
)

UNITS: tuple[tuple[str, str, str, str, str, str | None], ...] = (
    ("HO", "Head office", "总行", "head_office", "national", None),
    ("SH", "Shanghai branch", "上海分行", "branch", "east", "HO"),
    ("SH01", "Pudong sub-branch", "浦东支行", "sub_branch", "east", "SH"),
    ("SH02", "Xuhui sub-branch", "徐汇支行", "sub_branch", "east", "SH"),
    ("BJ", "Beijing branch", "北京分行", "branch", "north", "HO"),
    ("BJ01", "Chaoyang sub-branch", "朝阳支行", "sub_branch", "north", "BJ"),
    ("BJ02", "Haidian sub-branch", "海淀支行", "sub_branch", "north", "BJ"),
    ("SZ", "Shenzhen branch", "深圳分行", "branch", "south", "HO"),
    ("SZ01", "Nanshan sub-branch", "南山支行", "sub_branch", "south", "SZ"),
    ("SZ02", "Futian sub-branch", "福田支行", "sub_branch", "south", "SZ"),
    ("CD", "Chengdu branch", "成都分行", "branch", "west", "HO"),
    ("CD01", "Wuhou sub-branch", "武侯支行", "sub_branch", "west", "CD"),
)


@dataclass(frozen=True)
class DemoPerson:
    username: str
    en: str
    zh: str
    department: str
    roles: tuple[str, ...]
    unit: str = "HO"


PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("lin.yue", "Lin Yue", "林悦", "personal_banking", ("product_manager", "officer")),
    DemoPerson("zhao.heng", "Zhao Heng", "赵恒", "personal_banking", ("product_manager", "head")),
    DemoPerson("sun.qiang", "Sun Qiang", "孙强", "corporate_banking", ("product_manager", "officer")),
    DemoPerson("wu.lan", "Wu Lan", "吴兰", "corporate_banking", ("product_manager", "head")),
    DemoPerson("he.jia", "He Jia", "何佳", "card_centre", ("product_manager", "officer")),
    DemoPerson("luo.bin", "Luo Bin", "罗斌", "card_centre", ("product_manager", "head")),
    DemoPerson("guo.min", "Guo Min", "郭敏", "wealth", ("product_manager", "officer")),
    DemoPerson("tang.wei", "Tang Wei", "唐伟", "wealth", ("product_manager", "head")),
    DemoPerson("chen.rui", "Chen Rui", "陈睿", "risk", ("officer",)),
    DemoPerson("xu.feng", "Xu Feng", "徐峰", "risk", ("head",)),
    DemoPerson("zhou.ting", "Zhou Ting", "周婷", "compliance", ("officer",)),
    DemoPerson("ma.chao", "Ma Chao", "马超", "compliance", ("head",)),
    DemoPerson("hu.jing", "Hu Jing", "胡静", "aml", ("officer",)),
    DemoPerson("gao.yuan", "Gao Yuan", "高远", "aml", ("head",)),
    DemoPerson("liang.yu", "Liang Yu", "梁宇", "finance", ("officer",)),
    DemoPerson("song.jie", "Song Jie", "宋洁", "finance", ("head",)),
    DemoPerson("zheng.hao", "Zheng Hao", "郑浩", "alm", ("officer",)),
    DemoPerson("xie.na", "Xie Na", "谢娜", "alm", ("head",)),
    DemoPerson("han.bing", "Han Bing", "韩冰", "legal", ("officer",)),
    DemoPerson("feng.lei", "Feng Lei", "冯磊", "legal", ("head",)),
    DemoPerson("yu.qing", "Yu Qing", "于晴", "consumer_protection", ("officer",)),
    DemoPerson("dong.li", "Dong Li", "董丽", "consumer_protection", ("head",)),
    DemoPerson("cheng.gang", "Cheng Gang", "程刚", "technology", ("officer", "developer")),
    DemoPerson("cao.xin", "Cao Xin", "曹鑫", "technology", ("head",)),
    DemoPerson("deng.hui", "Deng Hui", "邓慧", "operations", ("officer",)),
    DemoPerson("peng.tao", "Peng Tao", "彭涛", "operations", ("head",)),
    DemoPerson("wang.zhiyuan", "Wang Zhiyuan", "王志远", "executive_office", ("executive",)),
    DemoPerson("li.shufen", "Li Shufen", "李淑芬", "executive_office", ("executive", "committee")),
    DemoPerson("jiang.wen", "Jiang Wen", "蒋文", "executive_office", ("committee",)),
    DemoPerson("qian.li", "Qian Li", "钱莉", "executive_office", ("committee",)),
    DemoPerson("kong.de", "Kong De", "孔德", "executive_office", ("committee",)),
    DemoPerson("bai.ning", "Bai Ning", "白宁", "executive_office", ("committee_secretary",)),
    DemoPerson("shao.hua", "Shao Hua", "邵华", "executive_office", ("board_secretary",)),
    DemoPerson("shen.dan", "Shen Dan", "沈丹", "process_office", ("process_designer",)),
    DemoPerson("lu.ming", "Lu Ming", "陆明", "process_office", ("process_designer", "operator")),
    DemoPerson("ren.hong", "Ren Hong", "任红", "security", ("security_admin",)),
    DemoPerson("jin.cheng", "Jin Cheng", "金诚", "audit", ("auditor",)),
    DemoPerson("wei.fang", "Wei Fang", "魏芳", "customer_service", ("customer_service",)),
    DemoPerson("fang.yi", "Fang Yi", "方毅", "branch_network", ("branch_manager", "pilot"), "SH01"),
    DemoPerson("shi.lei", "Shi Lei", "石磊", "branch_network", ("branch_manager", "pilot"), "SZ01"),
    DemoPerson("tan.xue", "Tan Xue", "谭雪", "branch_network", ("teller",), "SH01"),
    DemoPerson("liao.kai", "Liao Kai", "廖凯", "branch_network", ("relationship_manager",), "BJ01"),
    DemoPerson("qiu.yan", "Qiu Yan", "邱燕", "branch_network", ("wealth_manager",), "SH02"),
)


def seed_people(uow: Session) -> None:
    """The demo bank's people, once."""
    if uow.scalar(select(func.count()).select_from(Person)):
        return
    uow.add_all(Department(key=k, names={"en": en, "zh": zh}, kind=kind) for k, en, zh, kind in DEPARTMENTS)
    paths: dict[str, str] = {}
    for code, en, zh, kind, region, parent in UNITS:
        paths[code] = f"{paths.get(parent or '', '/')}{code}/"
        names = {"en": en, "zh": zh}
        uow.add(
            OrganisationUnit(code=code, names=names, kind=kind, region=region, parent_code=parent, path=paths[code])
        )
        uow.flush()
    uow.flush()
    # One hash for all: forty argon2 hashes would cost seconds, and the password is public anyway.
    digest = hash_password(DEMO_PASSWORD)
    uow.add_all(_person(p, digest) for p in PEOPLE)
    uow.flush()


def _person(person: DemoPerson, digest: str) -> Person:
    return Person(
        username=person.username,
        names={"en": person.en, "zh": person.zh},
        password_hash=digest,
        department_key=person.department,
        unit_code=person.unit,
        email=f"{person.username}@bank.example",
        roles=[PersonRole(role=role) for role in person.roles],
    )


def demo_actor(session: Session, username: str) -> Actor:
    """One of the demo bank's people, for what is done on their behalf."""
    found = actor_named(session, username)
    assert found is not None, username
    return found


def only_demo_people(session: Session) -> bool:
    """Whether the database holds nobody but the demo bank's people."""
    known = {p.username for p in PEOPLE}
    return set(session.scalars(select(Person.username))) <= known
