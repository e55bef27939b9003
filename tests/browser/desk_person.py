"""A person at the desk: signs in on the hosted page or is still signed in, goes from room to room, and notices what a page must not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOMS = {
    "enterprise": ["", "own", "self-check", "rectify", "certificates", "sectors", "persons", "voice", "plate", "accounts"],
    "township": ["", "work", "acts", "find", "accounts", "index", "returns", "objections"],
    "expert": ["", "work", "find"],
    "admin": ["", "sites", "accounts", "imports", "exports"],
    "district": ["", "work", "acts", "find", "sites", "accounts", "index", "returns", "objections", "rules"],
}
KEPT = "safety-code.session"
EXPECTED = ("status of 400", "status of 401", "status of 403", "status of 404", "status of 409")


@dataclass
class Person:
    """One browser window of one role. ``faults`` collects script errors and breaches of the page's policy; ``sessions`` are the
    sign-ins of the whole run by account, as the hosted page gave them."""

    page: object
    base: str
    account: dict[str, str]
    sessions: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: object) -> None:
        if message.type == "error" and not any(word in message.text for word in EXPECTED):
            self.faults.append(message.text)

    def sign_in(self, goal: str = "", password: str | None = None) -> Person:
        """To the hosted page and, with the right password, back to where one was going."""
        self.page.goto(f"{self.base}/desk/#/{goal}")
        return self.sign_in_again(password)

    def sign_in_again(self, password: str | None = None) -> Person:
        """From the page that asks for it."""
        self.page.get_by_role("button", name="登录").click()
        self.page.get_by_label("账号").fill(self.account["username"])
        self.page.get_by_label("密码").fill(password or self.account["password"])
        self.page.get_by_role("button", name="登录").click()
        return self

    def arrive(self, goal: str = "") -> Person:
        """To a room as somebody who is signed in: by the hosted page the first time, later with the session it gave then."""
        name = self.account["username"]
        if name not in self.sessions:
            self.sign_in(goal).page.wait_for_selector("#view[data-room]")
            self.sessions[name] = self.page.evaluate("name => sessionStorage.getItem(name)", KEPT)
            return self
        self.page.goto(f"{self.base}/robots.txt")
        self.page.evaluate("([name, session]) => sessionStorage.setItem(name, session)", [KEPT, self.sessions[name]])
        self.page.goto(f"{self.base}/desk/#/{goal}")
        return self

    def go(self, room: str) -> Person:
        self.page.goto(f"{self.base}/desk/#/{room}")
        self.settled(f"#view[data-room='#/{room}'] h1")
        return self

    def settled(self, heading: str = "#view[data-room] h1") -> None:
        """The view is there: its heading is, and nothing waits. (The page's policy lets no test evaluate text either.)"""
        self.page.wait_for_selector(heading)
        self.page.wait_for_selector("#view .waiting", state="detached")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


Open = Callable[..., Person]


def own_site(stack) -> str:
    """The first site of the demo enterprise, which stands in the demo inspector's township."""
    status, _, body = stack.get("/api/sites", stack.token("enterprise"))
    assert status == 200
    return json.loads(body)["sites"][0]["site_id"]


def photo(folder: Path) -> Path:
    from PIL import Image

    path = folder / "photo.jpg"
    Image.new("RGB", (2400, 1800), "#446688").save(path)
    return path
