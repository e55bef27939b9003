// 自查: every item in ten minutes, the would-be grade first and only for the enterprise's own eyes, then the report with photos.
import { Problem, get, post } from "../api.js";
import { card, h, say, show as fill } from "../parts/dom.js";
import { draft as draftOf, restored } from "../parts/draft.js";
import { append, fact } from "../parts/events.js";
import { form } from "../parts/form.js";
import { WORDS, panel } from "../parts/grade.js";
import { chosen, head, none } from "../parts/own.js";
import { ACCEPT, send as sendPhotos } from "../parts/photos.js";

const FINE = "fine";
export const BAD = "bad";

export async function show({ words, rest, again }) {
  const own = await chosen(rest);
  if (!own) return none("自查");
  const { items, rule_set } = await get("/check-items");
  const kept = draftOf(`self-check ${own.id}`);
  const draft = kept.read();
  const begun = Object.keys(draft).length > 0;
  const count = h("b", { class: "num" });
  const tell = () => { kept.keep(draft); fill(count, `${items.filter(item => draft[item.code]).length} / ${items.length}`); };
  const axes = Object.entries(words.axis).map(([axis, title]) => [title, items.filter(item => item.axis === axis)]).filter(([, list]) => list.length);
  tell();
  return [head("自查", "self-check", own),
    h("p", { class: "lead" }, `按${rule_set.title}逐项查看现场。查过的才算；没有查的不影响原来的结论。填写会留在本标签页，可以中途离开。`),
    begun && restored(() => { kept.drop(); again(); }),
    h("p", { class: "progress", role: "status" }, "已查 ", count, " 项"),
    axes.map(([title, list]) => group(title, list, draft, tell)),
    preview(own.id, draft, items, words),
    card("提交", form({
      button: "提交自查", fields: [{ name: "photos", title: "现场照片（可选）", type: "files", accept: ACCEPT }],
      send: async ({ photos }) => {
        const payload = checked(draft, items);
        if (!payload) return "还没有查任何一项。";
        const evidence = await sendPhotos(own.id, photos);
        draft.key = draft.key || fact("self_check", {}).key;
        kept.keep(draft);
        await append(own.id, "self_check", payload, { evidence, key: draft.key });
        kept.drop();
        say("自查已提交");
        location.hash = `#/own/${own.id}`;
        return null;
      },
    }))];
}

// Of the items looked at, those with something found. What is said to be wrong without saying what would count as right: a Problem.
export function wrong(seen, draft) {
  const [bad, said] = [seen.filter(item => draft[item.code].state === BAD), item => Object.values(draft[item.code].found || {}).some(number => number > 0)];
  const unsaid = bad.filter(item => item.clauses.length && !said(item));
  if (unsaid.length) throw new Problem({ title: "还没写明问题", detail: "选了“有问题”的，须写明有几处或者是哪一种，否则会当作符合。什么都没有提交。", problems: unsaid.map(item => ({ column: item.title, reason: "没有写明" })) });
  return bad.filter(said);
}

// What a draft says: the items looked at, and what was found at some of them; null when nothing was looked at.
export function checked(draft, items) {
  const seen = items.filter(item => draft[item.code]);
  if (!seen.length) return null;
  const found = wrong(seen, draft);
  const listed = Object.fromEntries(found.map(item => [item.code, Object.fromEntries(Object.entries(draft[item.code].found).filter(([, number]) => number > 0))]));
  return seen.length === items.length ? { coverage: "full", items: listed } : { coverage: "partial", items: listed, covers: seen.map(item => item.code) };
}

// The items of one axis with what was found at each; `draft` is filled in place.
export function group(title, list, draft, tell) {
  const body = h("div");
  const draw = () => fill(body, list.map(item => row(item, draft, () => { tell(); })));
  draw();
  return h("section", { class: "card" }, h("div", { class: "title" }, h("h2", {}, title),
    h("button", { type: "button", class: "line", onclick: () => { for (const item of list) draft[item.code] = draft[item.code] || { state: FINE }; tell(); draw(); say(`${title}：其余各项记为符合`); } }, "其余都符合")), body);
}

function row(item, draft, changed) {
  const detail = h("div");
  const name = `c-${item.code}`;
  const choose = state => { if (state) draft[item.code] = { ...draft[item.code], state }; else delete draft[item.code]; open(); changed(); };
  const now = () => draft[item.code]?.state || "";
  const open = () => fill(detail, now() === BAD && h("div", { class: "findings" }, item.clauses.map(clause => finding(item, clause, draft, changed))));
  const option = (value, word) => { const id = `${name}-${value || "not"}`; return h("span", { class: "tick" }, h("input", { type: "radio", name, id, value, checked: now() === value, onchange: () => choose(value) }), h("label", { for: id }, word)); };
  open();
  return h("fieldset", { class: "item" }, h("legend", {}, item.title, item.key && h("span", { class: "tag" }, "关键项"), item.not_applicable && h("span", { class: "soft" }, `（${item.not_applicable}的不用查）`)),
    h("div", { class: "three" }, option(FINE, "符合"), option(BAD, "有问题"), option("", "没查")), detail);
}

function finding(item, clause, draft, changed) {
  const id = `n-${item.code}-${clause.code}`;
  const known = draft[item.code].found?.[clause.code] || 0;
  const set = number => { draft[item.code].found = { ...draft[item.code].found, [clause.code]: number }; changed(); };
  if (clause.counted) return h("div", { class: "field narrow" }, h("label", { for: id }, `${clause.title}（处）`), h("input", { id, type: "number", min: 0, max: 999, value: known, inputmode: "numeric", oninput: event => set(Math.max(0, Math.floor(Number(event.target.value) || 0))) }));
  return h("div", { class: "tick" }, h("input", { id, type: "checkbox", checked: known > 0, onchange: event => set(event.target.checked ? 1 : 0) }), h("label", { for: id }, clause.title));
}

function preview(id, draft, items, words) {
  const place = h("div", { "aria-live": "polite" });
  async function ask() {
    const payload = checked(draft, items);
    if (!payload) return fill(place, h("p", {}, "还没有查任何一项。"));
    const { now, then } = await post(`/sites/${id}/would-be`, payload);
    return fill(place, panel(then.grade, `提交后会是${WORDS[then.grade]}，得分 ${then.score ?? "—"}；现在是${WORDS[now.grade]}，得分 ${now.score ?? "—"}。`), h("p", { class: "soft" }, "这只给您自己看，没有保存，也不会通知任何人。"));
  }
  return card("先看看结果", form({ fields: [], button: "看看会是什么等级", send: async () => { await ask(); } }), place);
}
