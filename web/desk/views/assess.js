// 现场评定: what an inspector or expert found at a site, item by item, and the hazards seen on the way. Each is a fact with its source.
import { get } from "../api.js";
import { card, h, say, show as fill } from "../parts/dom.js";
import { draft as draftOf, restored } from "../parts/draft.js";
import { append, fact, later } from "../parts/events.js";
import { form } from "../parts/form.js";
import { ACCEPT, send as sendPhotos } from "../parts/photos.js";
import { BAD, group, wrong } from "./selfcheck.js";

export async function show({ words, rest, again }) {
  const id = rest[0];
  const [record, { items, rule_set }] = await Promise.all([get(`/sites/${id}/record`), get("/check-items")]);
  const kept = draftOf(`assess ${id}`);
  const draft = kept.read();
  const begun = Object.keys(draft).length > 0;
  const count = h("b", { class: "num" });
  const tell = () => { kept.keep(draft); fill(count, `${items.filter(item => draft[item.code]).length} / ${items.length}`); };
  const axes = Object.entries(words.axis).map(([axis, title]) => [title, items.filter(item => item.axis === axis)]).filter(([, list]) => list.length);
  tell();
  return [
    h("div", { class: "title" }, h("h1", {}, "现场评定"), h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name))),
    h("p", { class: "lead" }, `按${rule_set.title}逐项评定。评过的条款以本次为准；没有评的保持原来的结论。全部评完即为一次完整评定。`),
    begun && restored(() => { kept.drop(); again(); }),
    h("p", { class: "progress", role: "status" }, "已评 ", count, " 项"),
    axes.map(([title, list]) => group(title, list, draft, tell)),
    card("提交评定", form({
      button: "提交评定", fields: [{ name: "photos", title: "现场照片（可选）", type: "files", accept: ACCEPT }],
      send: async ({ photos }) => {
        const payload = found(draft, items);
        if (!payload) return "还没有评任何一项。";
        const evidence = await sendPhotos(id, photos);
        draft.key = draft.key || fact("assessment", {}).key;
        kept.keep(draft);
        await append(id, "assessment", payload, { evidence, key: draft.key });
        kept.drop();
        say("评定已提交");
        location.hash = `#/site/${id}`;
        return null;
      },
    })),
    card("登记隐患", hazard(id, items, record.today)),
  ];
}

// The items looked at, each with what was found there; all of them are a full assessment. Null when none was.
function found(draft, items) {
  const seen = items.filter(item => draft[item.code]);
  const counts = ({ state, found: told = {} }) => (state === BAD ? Object.fromEntries(Object.entries(told).filter(([, number]) => number > 0)) : {});
  if (!seen.length) return null;
  wrong(seen, draft);
  return { coverage: seen.length === items.length ? "full" : "partial", items: Object.fromEntries(seen.map(item => [item.code, counts(draft[item.code])])) };
}

function hazard(id, items, today) {
  let key = fact("hazard_found", {}).key;
  return form({
    button: "登记这条隐患", clear: true,
    fields: [
      { name: "description", title: "情况", type: "long", required: true, max: 2000, hint: "写明位置和问题，不写个人姓名和电话。" },
      { name: "level", title: "级别", type: "choice", options: [["general", "一般"], ["major", "重大"]], value: "general", required: true },
      { name: "item", title: "对应条款", type: "select", options: [["", "不对应条款"], ...items.map(item => [item.code, `${item.code} ${item.title}`])] },
      { name: "deadline_on", title: "建议整改期限", type: "date", required: true, value: later(today, 15), min: today },
      { name: "photos", title: "照片（可选）", type: "files", accept: ACCEPT },
    ],
    send: async ({ photos, ...payload }) => {
      const evidence = await sendPhotos(id, photos);
      await append(id, "hazard_found", payload, { evidence, key });
      key = fact("hazard_found", {}).key;
      return "已登记，由执法人员下达整改并复查。可继续登记。";
    },
  });
}
