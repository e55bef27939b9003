"""Every morning: what falls due at each site goes as a notice to its enterprise, each stage once.

The notice carries the reminder's own id, so a morning that is repeated, or comes late, tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from chalicelib.config import Settings
from chalicelib.desk.reminders import OVER, Reminder, reminders
from chalicelib.desk.words import vocabulary_words
from chalicelib.grading.store import CardStore, FactsStore
from chalicelib.publish.notice import Notice, post
from chalicelib.publish.queue import queue_sender
from chalicelib.register.district import load_district
from chalicelib.supervision.site import site_on

HEADS = {"certificate": "证照到期提醒", "insurance": "保险到期提醒", "hazard": "隐患整改期限提醒"}


def handle_schedule(settings: Settings) -> dict[str, object]:
    """Tell every enterprise of the district what falls due. How many notices went on the queue."""
    day, count = settings.day(), 0
    cards, facts, send = CardStore(settings.table_prefix), FactsStore(settings.table_prefix), queue_sender(settings.notice_queue_url)
    for township in load_district(settings.district).townships_on(day):
        known = facts.load([str(row["site_id"]) for row in cards.list_township(township.code)])
        notices = list(notices_of(known.values(), day, settings.public_base_url))
        post(notices, send)
        count += len(notices)
    return {"day": day.isoformat(), "notices": count}


def notices_of(sites: Iterable[Mapping[str, object]], day: date, base: str) -> Iterator[Notice]:
    """The notices of these sites' facts on a day."""
    for facts in sites:
        name = str((site_on(facts, day.isoformat()) or {}).get("name") or facts["site_id"])
        for reminder in reminders(facts, day):
            yield notice_of(reminder, name, str(facts.get("enterprise_id") or ""), f"{base}/desk/#/own/{facts['site_id']}")


def notice_of(reminder: Reminder, name: str, enterprise_id: str, link: str) -> Notice:
    """The notice of one reminder. It names the site: an enterprise may have several."""
    what = vocabulary_words()["value"].get(reminder.what, reminder.what)
    left = f"已于 {reminder.due_on} 到期" if reminder.stage == OVER else f"将于 {reminder.due_on} 到期，还有 {reminder.days} 天"
    return Notice(f"due-{reminder.id}", "enterprise", enterprise_id, HEADS[reminder.kind], (f"{name}：{what}，{left}。",), link)
