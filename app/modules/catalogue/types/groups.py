"""The attribute groups that several product types share."""

from __future__ import annotations

from app.modules.catalogue.types.description import Attribute, Group, Holder, label

CHANNELS = {
    "branch": label("Branch", "网点"),
    "online": label("Online banking", "网上银行"),
    "mobile": label("Mobile banking", "手机银行"),
    "kiosk": label("Kiosk", "自助终端"),
    "phone": label("Phone", "电话银行"),
}
CUSTOMER_GROUPS = {
    "mass": label("Mass market", "大众客户"),
    "affluent": label("Affluent", "富裕客户"),
    "private": label("Private banking", "私人银行客户"),
    "young": label("Young workers", "年轻上班族"),
    "retiree": label("Retirees", "退休人员"),
    "business_owner": label("Business owners", "企业主"),
    "corporate": label("Corporate", "公司客户"),
}
FEE_KINDS = {
    "periodic": label("Periodic", "周期性"),
    "transaction": label("Transaction", "交易"),
    "withdrawal": label("Withdrawal", "取款"),
    "deposit": label("Deposit", "存入"),
    "payment": label("Payment", "支付"),
    "purchase": label("Purchase", "消费"),
    "event": label("Event", "事项"),
    "upfront": label("Upfront", "前端"),
    "exit": label("Exit", "退出"),
    "variable": label("Variable", "浮动"),
    "other": label("Other", "其他"),
}
CONSTRAINT_KINDS = {
    "min_balance": label("Minimum balance", "最低余额"),
    "max_balance": label("Maximum balance", "最高余额"),
    "opening_balance": label("Opening balance", "起存金额"),
    "min_limit": label("Minimum limit", "最低额度"),
    "max_limit": label("Maximum limit", "最高额度"),
    "other": label("Other", "其他"),
}
RULE_KINDS = {
    "business": label("Business", "企业"),
    "natural_person": label("Natural person", "自然人"),
    "employment_status": label("Employment", "职业"),
    "residency_status": label("Residency", "居住身份"),
    "pension_recipient": label("Pension recipient", "领取养老金"),
    "min_turnover": label("Minimum turnover", "最低营业额"),
    "min_income": label("Minimum income", "最低收入"),
    "staff": label("Staff", "员工"),
    "student": label("Student", "学生"),
    "other": label("Other", "其他"),
}
DOCUMENT_KINDS = {
    "overview": label("Overview", "产品概览"),
    "terms": label("Terms", "产品条款"),
    "eligibility": label("Eligibility", "申办条件"),
    "fees": label("Fees and pricing", "收费与定价"),
    "bundle": label("Bundle", "组合"),
    "contract": label("Contract template", "合同模板"),
    "promotion": label("Promotional material", "宣传材料"),
    "prospectus": label("Prospectus", "产品说明书"),
}
RATINGS = {f"R{n}": label(f"R{n}", f"R{n}") for n in range(1, 6)}

BASICS = Group(
    "basics",
    label("Basics", "基本信息"),
    (
        Attribute(
            "name",
            label("Name", "名称"),
            "phrase",
            required=True,
            longest=300,
            prompt=label("As customers read it", "客户看到的名称"),
        ),
        Attribute("description", label("Description", "产品描述"), "phrase"),
        Attribute("strengths", label("Strengths", "产品优势"), "phrase"),
        Attribute("scenarios", label("Suited for", "适用场景"), "phrase"),
        Attribute("brand", label("Brand", "品牌"), "text", longest=300),
        Attribute("tailored", label("Tailored individually", "个性化定制"), "boolean"),
    ),
)


def terms(*more: Attribute) -> Group:
    """Currency and what the type adds to it."""
    currency = Attribute("currency", label("Currency", "币种"), "text", longest=3, prompt=label("e.g. CNY", "如 CNY"))
    return Group("terms", label("Terms", "条款"), (currency, *more))


def minimum(holder: Holder = "fixed") -> Attribute:
    return Attribute("minimum", label("Minimum amount", "起存/起购金额"), "money", holder=holder)


FEES = Group(
    "fees",
    label("Fees", "费用"),
    (
        Attribute(
            "fees",
            label("Fees", "费用"),
            "list",
            key_by=("name", "kind", "every"),
            columns=(
                Attribute("name", label("Name", "名称"), "text", required=True, longest=300),
                Attribute("kind", label("Fee type", "费用类型"), "choice", choices=FEE_KINDS, required=True),
                Attribute("amount", label("Amount", "金额"), "money"),
                Attribute("balance_rate", label("Rate on balance", "按余额费率"), "decimal", unit="ratio"),
                Attribute("transaction_rate", label("Rate on transaction", "按交易额费率"), "decimal", unit="ratio"),
                Attribute("accrued_rate", label("Rate on interest", "按利息费率"), "decimal", unit="ratio"),
                Attribute("every", label("Every", "收取周期"), "duration"),
                Attribute("note", label("Note", "说明"), "text"),
                Attribute("waiver", label("Waiver or discount", "减免"), "text"),
            ),
        ),
    ),
)
FEATURES = Group(
    "features",
    label("Features", "功能与权益"),
    (
        Attribute(
            "features",
            label("Features", "功能与权益"),
            "list",
            key_by=("kind", "value"),
            columns=(
                Attribute("kind", label("Feature", "功能"), "text", required=True, longest=100),
                Attribute("value", label("Value", "内容"), "text"),
                Attribute("note", label("Note", "说明"), "text"),
            ),
        ),
    ),
)
ELIGIBILITY = Group(
    "eligibility",
    label("Eligibility", "准入条件"),
    (
        Attribute("min_age", label("Minimum age", "最低年龄"), "integer", unit="years", minimum=0, maximum=150),
        Attribute("max_age", label("Maximum age", "最高年龄"), "integer", unit="years", minimum=0, maximum=150),
        Attribute("min_income", label("Minimum yearly income", "最低年收入"), "money"),
        Attribute("min_assets", label("Minimum assets", "最低金融资产"), "money"),
        Attribute(
            "rules",
            label("Rules", "准入规则"),
            "list",
            key_by=("kind", "value"),
            columns=(
                Attribute("kind", label("Rule", "规则"), "choice", choices=RULE_KINDS, required=True),
                Attribute("value", label("Value", "内容"), "text"),
                Attribute("note", label("Note", "说明"), "text"),
            ),
        ),
    ),
)
CONSTRAINTS = Group(
    "constraints",
    label("Constraints", "约束"),
    (
        Attribute(
            "constraints",
            label("Constraints", "约束"),
            "list",
            key_by=("kind",),
            columns=(
                Attribute("kind", label("Constraint", "约束"), "choice", choices=CONSTRAINT_KINDS, required=True),
                Attribute("amount", label("Amount", "金额"), "decimal", unit="money"),
                Attribute("note", label("Note", "说明"), "text"),
            ),
        ),
    ),
)
DOCUMENTS = Group(
    "documents",
    label("Documents", "文档"),
    (
        Attribute(
            "documents",
            label("Documents", "文档"),
            "list",
            key_by=("kind", "title", "uri"),
            columns=(
                Attribute("kind", label("Document type", "文档类型"), "choice", choices=DOCUMENT_KINDS, required=True),
                Attribute("title", label("Title", "标题"), "text", longest=300),
                Attribute("uri", label("Address", "地址"), "text", longest=2000),
                Attribute("sha256", label("Digest", "摘要值"), "text", longest=64),
            ),
        ),
    ),
)
AVAILABILITY = Group(
    "availability",
    label("Availability", "可售范围"),
    (
        Attribute("sale_from", label("Offered from", "发售起"), "instant"),
        Attribute("sale_until", label("Offered until", "发售止"), "instant"),
        Attribute(
            "scopes",
            label("Scopes", "可售范围"),
            "list",
            key_by=("units", "channels", "groups"),
            columns=(
                Attribute("units", label("Units", "机构"), "codes"),
                Attribute("channels", label("Channels", "渠道"), "choices", choices=CHANNELS),
                Attribute("groups", label("Customer groups", "客群"), "choices", choices=CUSTOMER_GROUPS),
            ),
        ),
    ),
)
"""A scope that leaves out units, channels or groups covers all of them; no scope at all covers everything."""

RISK = Group(
    "risk",
    label("Risk rating", "风险等级"),
    (
        Attribute("issuer_rating", label("Issuer's rating", "发行人评级"), "choice", choices=RATINGS),
        Attribute("seller_rating", label("Seller's rating", "销售机构评级"), "choice", choices=RATINGS, required=True),
        Attribute("investors", label("For", "适合投资者"), "phrase"),
        Attribute("not_for", label("Not for", "不适合"), "phrase"),
    ),
)
"""Of issuer's and seller's rating the higher counts (rule 11); see ``rules.content.effective_rating``."""

TARGET_MARKET = Group(
    "target_market",
    label("Target market", "目标客群"),
    (
        Attribute("groups", label("Customer groups", "目标客群"), "choices", choices=CUSTOMER_GROUPS, holder="fixed"),
        Attribute("need", label("Need it meets", "满足的需求"), "phrase"),
    ),
)


def limits(*more: Attribute) -> Group:
    """How much may be held, sold or lent."""
    common = (
        Attribute("per_customer", label("Limit per customer", "单户限额"), "money"),
        Attribute("quota", label("Total quota", "总额度"), "money"),
    )
    return Group("limits", label("Limits", "限额"), (*common, *more))


TAIL = (FEES, FEATURES, ELIGIBILITY, limits(), CONSTRAINTS, TARGET_MARKET, DOCUMENTS, AVAILABILITY)
"""What every type ends with."""
