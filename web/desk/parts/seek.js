// Finding sites: a text (name now or before, pinyin, credit code) or a place, page by page; `row(site)` says how one is shown.
import { get } from "../api.js";
import { card, h, say, show } from "./dom.js";
import { form } from "./form.js";
import { badge } from "./grade.js";

const BY = { former_name: "曾用名", pinyin: "拼音", plate: "码牌", near: "" };
const by = (site, words) => (site.by === "credit_code" ? words.number : BY[site.by]);

// By what sites are found, in the words of the district's register.
export const byWhat = words => `名称、拼音${words.number ? `或${words.number}` : ""}`;

// A list of what a query finds that grows by pages; `found` is the element it fills.
export async function fill(found, asked, row) {
  const list = h("ul", { class: "plain-list" });
  const foot = h("div", { class: "acts" });
  const next = async cursor => {
    const page = await get(`/search?${new URLSearchParams(cursor ? { ...asked, cursor } : asked)}`);
    list.append(...page.sites.map(site => h("li", {}, row(site))));
    show(foot, page.cursor && h("button", { type: "button", class: "line", onclick: event => { event.target.disabled = true; next(page.cursor); } }, "再看一些"));
    say(`已列出 ${list.children.length} 处${page.cursor ? "，还有更多" : ""}`);
    return list.children.length;
  };
  const count = await next("");
  setTimeout(() => found.scrollIntoView({ block: "nearest" }));
  show(found, count ? card(foot.children.length ? "找到的场所" : `找到 ${count} 处`, list, foot) : card("", h("p", {}, "没有找到。只能查找您负责范围内的场所；可换一个词、拼音首字母或编号的一段。")));
}

export function line(site, words, name = h("a", { href: `#/site/${site.site_id}` }, site.name)) {
  return [badge(site.grade), " ", name, " ", h("span", { class: "soft" }, [words.township[site.township] || site.township, site.state !== "operating" && words.state[site.state],
    by(site, words) && `按${by(site, words)}找到`, site.distance_m !== undefined && `${site.distance_m} 米`].filter(Boolean).join(" · "))];
}

// Choose one other site: `chosen(site)` hears which.
export function chooser({ title, words, chosen, button = "选择" }) {
  const found = h("div", { "aria-live": "polite" });
  const pick = site => [...line(site, words, h("b", {}, site.name)), " ", h("button", { type: "button", class: "line", onclick: () => chosen(site) }, button)];
  return [form({ title, fields: [{ name: "q", title: byWhat(words), required: true, max: 50 }], button: "查找", send: ({ q }) => fill(found, { q }, pick) }), found];
}
