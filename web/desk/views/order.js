// 责令限期整改指令书: one paper with one number over the hazards that wait for an order.
import { get, post } from "../api.js";
import { card, h } from "../parts/dom.js";
import { fact } from "../parts/events.js";
import { form } from "../parts/form.js";

export async function show({ words, rest }) {
  const id = rest[0];
  const record = await get(`/sites/${id}/record`);
  const waiting = record.hazards.filter(one => one.next === "order");
  const head = h("div", { class: "title" }, h("h1", {}, "下达整改指令书"), h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name)));
  if (!waiting.length) return [head, card("", h("p", {}, "没有待下达整改的隐患。"), h("p", {}, h("a", { href: `#/site/${id}` }, "回到档案")))];
  const keys = Object.fromEntries(waiting.map(one => [one.id, fact("rectification_ordered", {}).key]));
  return [head, card("", form({
    button: "下达并生成指令书",
    fields: [
      { name: "chosen", title: "责令整改的隐患", type: "choices", required: true, value: waiting.map(one => one.id), options: waiting.map(one => [one.id, `${one.description || one.item}（${words.value[one.level]}，原期限 ${one.deadline_on}）`]) },
      { name: "deadline_on", title: "统一整改期限", type: "date", min: record.today, hint: "留空则按各条原期限。" },
    ],
    send: async ({ chosen, deadline_on }) => {
      const events = waiting.filter(one => chosen.includes(one.id)).map(one => ({ kind: "rectification_ordered", key: keys[one.id], caused_by: one.id, payload: { deadline_on: deadline_on || (one.deadline_on < record.today ? record.today : one.deadline_on) } }));
      const paper = await post(`/sites/${id}/papers`, { paper: "rectification_order", events });
      location.hash = `#/paper/${id}/${paper.number}`;
    },
  }))];
}
