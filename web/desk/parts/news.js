// What waits or has changed in a room, for the first page: objections to decide for the district, decisions not yet read for a township,
// of its own appeals for an enterprise.
import { get } from "../api.js";
import { isDecided } from "./appeal.js";
import { monthBefore } from "./events.js";

// The month that is out, as everybody may read it; last month's where nothing is.
export async function current(me) {
  const out = await fetch("/index/current.json").then(answer => (answer.ok ? answer.json() : null)).catch(() => null);
  return { month: out ? out.month : monthBefore(me.today), months: out ? out.months : [] };
}

// Which decisions have been read is a matter of this browser, not of the record: opaque ids, no more.
const key = (me, month) => `decisions-read ${me.organisation} ${month}`;
const readBefore = (me, month) => JSON.parse(localStorage.getItem(key(me, month)) || "[]");
const decided = book => book.objections.filter(one => one.outcome !== "open").map(one => one.id);

// The appeals of a site that somebody has decided, and whether the enterprise has seen the decision.
const appealsKey = site => `appeals-read ${site}`;
const ended = appeals => appeals.filter(isDecided).map(one => one.id);

export function markAppealsRead(site, appeals) {
  localStorage.setItem(appealsKey(site), JSON.stringify(ended(appeals)));
}

async function ownNews() {
  const { sites } = await get("/sites");
  const fresh = await Promise.all(sites.map(async ({ site_id: site }) => {
    const { appeals } = await get(`/sites/${site}/way-back`);
    const read = JSON.parse(localStorage.getItem(appealsKey(site)) || "[]");
    return ended(appeals).filter(id => !read.includes(id)).length;
  }));
  const count = fresh.reduce((sum, one) => sum + one, 0);
  return count > 0 ? { voice: `${count} 项新决定` } : {};
}

export function markRead(me, book) {
  if (me.role === "township") localStorage.setItem(key(me, book.month), JSON.stringify(decided(book)));
}

// Words for the rooms where there is something, by their path. Where the book of objections cannot be had (a district without an index, no
// line) there is no news, and the first page stands without it; the room itself says what is wrong.
export async function news(me) {
  if (me.role === "enterprise") return ownNews().catch(() => ({}));
  const { month } = await current(me);
  const book = await get(`/months/${month}/objections`).catch(() => null);
  if (!book) return {};
  const open = book.objections.length - decided(book).length;
  const fresh = decided(book).filter(id => !readBefore(me, month).includes(id)).length;
  if (me.role === "district") return open > 0 ? { objections: `${open} 项待决定` } : {};
  return fresh > 0 ? { objections: `${fresh} 项新决定` } : {};
}
