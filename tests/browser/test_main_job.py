"""The main job in a real browser: a change goes from proposal to full rollout, each step by its own person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.processes.play import HEADS, OFFICERS

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"


class Bank:
    """The demo bank's people, each in a browser of their own."""

    def __init__(self, page_as: Callable[..., Any], language: str) -> None:
        self._page_as, self._language = page_as, language
        self._pages: dict[str, Any] = {}

    def __getitem__(self, username: str) -> Any:
        if username not in self._pages:
            self._pages[username] = self._page_as(username, self._language)
        return self._pages[username]

    def opens_task(self, username: str, number: str, name: str) -> Any:
        """The task ``name`` of a request, found in the person's own inbox."""
        page = self[username]
        for wish in ("group", "mine"):
            page.goto(f"/inbox?filter={wish}&sort=created")
            row = page.locator(".task-row", has_text=name).locator(".task-link")
            for n in range(row.count()):
                link = row.nth(n).get_attribute("href")
                page.goto(link)
                if page.locator(f".matter-head:has-text('{number}')").count():
                    return page
                page.go_back()
        raise AssertionError(f"{username} has no task {name} of {number}")

    def advance(self, period: str) -> None:
        """Move the demo clock."""
        answer = next(iter(self._pages.values())).request.post("/api/v1/demo/clock", data={"advance": period})
        assert answer.ok, answer.text()


def submit(page: Any) -> None:
    """Send the answer and read that it is done."""
    page.click("#decision-form .decision-end [type=submit]")
    page.wait_for_selector(".task-decision .note-good, #refusal")
    assert page.locator("#refusal").count() == 0, page.inner_text("#decision")


def go_on(page: Any, step: str) -> None:
    page.click(".step-actions .btn-primary")
    page.wait_for_url(f"**/edit/{step}")


def test_a_change_goes_from_proposal_through_a_pilot_to_full_rollout(page_as: Callable[..., Any]) -> None:
    """English; a material change, so that eight departments review it and a pilot comes first."""
    bank = Bank(page_as, "en")
    manager = bank["lin.yue"]
    number, request = propose(manager, "CN-DEMAND", minimum="100")
    prepare(bank, number, {"assess": "Assess the need", "design": "Design the change", "test": "Develop and test"})

    departments = departments_of(manager, request)
    assert len(departments) >= 4
    review(bank, number, departments, "Give the opinion", "Sign off the opinion")
    decide(bank, number, "Decide on the change", opinions=len(departments))

    observe_the_pilot(bank, request)
    bank.advance("P31D")
    page = bank.opens_task("lin.yue", number, "Report the pilot")
    for name, value in {"sales": "120", "complaints": "0", "incidents": "0"}.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=summary]", "Volumes as expected.")
    page.set_input_files(
        "[name='evidence.upload']", {"name": "pilot.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    submit(page)

    roll_out(bank, number, "Plan the rollout", notice="90")
    manager.goto(request)
    assert manager.locator(".page-head .chip[data-state=scheduled]").count() == 1
    assert live_version(manager, "CN-DEMAND") == 2
    bank.advance("P91D")
    manager.goto(request)
    assert manager.locator(".page-head .chip[data-state=live]").count() == 1
    assert live_version(manager, "CN-DEMAND") == 3


def test_a_repricing_goes_live_in_chinese(page_as: Callable[..., Any]) -> None:
    """Chinese; a minor repricing of a deposit: two departments, no pilot, no notice period."""
    bank = Bank(page_as, "zh")
    manager = bank["lin.yue"]
    number, request = propose(manager, "CN-DEMAND")
    prepare(bank, number, {"assess": "需求评估", "design": "设计开发", "test": "技术开发与测试"})
    departments = departments_of(manager, request)
    assert departments == ["alm", "compliance"]
    review(bank, number, departments, "出具经办意见", "负责人签发")
    decide(bank, number, "高层决策", opinions=2)
    before = live_version(manager, "CN-DEMAND")
    roll_out(bank, number, "制定推广方案", notice="0")
    manager.goto(request)
    assert manager.inner_text(".page-head .chip[data-state=live]").strip() == "生效中"
    assert live_version(manager, "CN-DEMAND") == before + 1


def prepare(bank: Bank, number: str, names: dict[str, str]) -> None:
    """The need is assessed, the design finished, the tests attached."""
    page = bank.opens_task("zhao.heng", number, names["assess"])
    page.check("[name=decision][value=proceed]")
    page.fill("[name=reason]", "The funding cost supports it.")
    submit(page)
    page = bank.opens_task("lin.yue", number, names["design"])
    page.check("[name=decision][value=resubmit]")
    submit(page)
    page = bank.opens_task("cheng.gang", number, names["test"])
    page.check("[name=stability][value=pass]")
    page.check("[name=security][value=pass]")
    page.fill("[name=summary]", "Regression, recovery and penetration tests passed.")
    page.set_input_files(
        "[name='evidence.upload']", {"name": "tests.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    submit(page)


def review(bank: Bank, number: str, departments: list[str], opinion: str, sign_off: str) -> None:
    """Each department's officer reads the difference, goes through the points and agrees; its head signs."""
    for department in departments:
        page = bank.opens_task(OFFICERS[department], number, opinion)
        assert page.locator("#difference .change").count() >= 1
        for point in page.locator("[name=points_met]").all()[1:]:
            point.check()
        page.check("[name=verdict][value=approve]")
        submit(page)
        page = bank.opens_task(HEADS[department], number, sign_off)
        page.check("[name=decision][value=sign]")
        submit(page)


def decide(bank: Bank, number: str, name: str, *, opinions: int) -> None:
    """The executive sees every opinion, and approves."""
    page = bank.opens_task("wang.zhiyuan", number, name)
    assert page.locator("#opinions .opinion").count() == opinions
    page.check("[name=decision][value=approve]")
    submit(page)


def roll_out(bank: Bank, number: str, name: str, *, notice: str) -> None:
    page = bank.opens_task("lin.yue", number, name)
    page.fill("[name=strategy]", "Head office first, then the branches.")
    page.check("[name=notice_channels][value=app]")
    page.fill("[name=notice_text]", "New terms from the effective day.")
    page.fill("[name=notice_days]", notice)
    submit(page)


def propose(page: Any, product: str, minimum: str = "") -> tuple[str, str]:
    """Through the steps of the proposal; gives the request's number and address."""
    page.goto(f"/products/{product}")
    page.click(".page-head .btn-primary")
    page.click(".picked .btn-primary")
    page.wait_for_url("**/edit/driver")
    page.check("[value=external]")
    page.select_option("[name='driver/source']", "market")
    page.fill("[name='driver/reason']", "Market rates fell.")
    go_on(page, "plan")
    page.fill("[name=function_plan]", "It pays less.")
    page.fill("[name=expected_benefit]", "Lower cost of funds.")
    go_on(page, "versions")
    edit_the_version(page, minimum)
    go_on(page, "launch")
    if minimum:
        plan_the_pilot(page)
    go_on(page, "file")
    for part in page.locator(".step-body textarea:visible, form textarea:visible").all():
        part.fill("Assessed; see the paper of the project.")
    go_on(page, "check")
    number = page.inner_text(".crumbs li:last-child")
    page.click(".step-actions .btn-primary")
    page.wait_for_selector(".page-head .chip[data-state=submitted]")
    return number, page.url


def edit_the_version(page: Any, minimum: str) -> None:
    """A wrong rate is told beside its field while typing; then what the rules make of the right one."""
    rate = page.locator("[name='versions/0/content/rates/tiers/0/rate/value']")
    rate.fill("much")
    rate.blur()
    page.wait_for_selector(".cell-rate .field-error:visible")
    rate.fill("0.02" if minimum else "0.01")
    if minimum:
        page.fill("[name='versions/0/content/terms/minimum/amount']", minimum)
    page.wait_for_selector(f"#outlook .chip[data-state={'material' if minimum else 'minor'}]")


def plan_the_pilot(page: Any) -> None:
    """Thirty days in the Shanghai branch."""
    page.check("[name=pilot_wish]")
    page.locator(".pilot-plan .unit-choice summary").click()
    page.check("[name='pilot_plan/scopes/0/units'][value=SH]")
    page.fill("[name='pilot_plan/length_days']", "30")
    for name, value in {"min_sales": "100", "max_complaints": "3", "max_incidents": "0"}.items():
        page.fill(f"[name='pilot_plan/criteria/{name}']", value)


def departments_of(page: Any, request: str) -> list[str]:
    """The departments that the rule named, as the API tells them."""
    page.goto(request)
    case = page.locator(".side-links a[href^='/cases/']").get_attribute("href").rsplit("/", 1)[1]
    tasks = page.request.get("/api/v1/tasks?filter=all&limit=100").json()["items"]
    return sorted(t["department"] for t in tasks if str(t["instance_id"]) == case and t["department"])


def observe_the_pilot(bank: Bank, request: str) -> None:
    """A branch manager of the pilot adds a dated row with its source."""
    page = bank["lin.yue"]
    page.goto(request)
    assert page.locator(".page-head .chip[data-state=piloting]").count() == 1
    page.fill("[name=scope]", "SH01")
    page.fill("[name=source]", "Sales report")
    page.fill("[name=text]", "Customers ask few questions.")
    page.fill("[name=sales]", "120")
    page.click(".observe [type=submit]")
    page.wait_for_selector("#pilot tbody:has-text('Sales report')")


def live_version(page: Any, product: str) -> int:
    """The number of the live version, as the product page tells it."""
    answer = page.goto(f"/products/{product}")
    assert answer.status == 200
    found: int = page.request.get(f"/api/v1/products/{product}").json()["version"]["number"]
    return found
