// One appeal for those who answer it: what is contested, the clock, the township's opinion, the district's decision signed by two.
import { Problem, get } from "../api.js";
import { act } from "../parts/act.js";
import { STATES, clock, contestable, isOpen } from "../parts/appeal.js";
import { TWO, follows, together, waitsOn } from "../parts/cosign.js";
import { card, day, h, say } from "../parts/dom.js";
import { append } from "../parts/events.js";
import { changesOf, fieldsOf, hasForm, payloadOf } from "../parts/fields.js";
import { form } from "../parts/form.js";
import { PHOTO, gallery } from "../parts/photos.js";
import { said } from "./site.js";

export async function show({ me, words, rest, again }) {
  const [id, root] = rest;
  const [record, { appeals }] = await Promise.all([get(`/sites/${id}/record`), get(`/sites/${id}/way-back`)]);
  const appeal = appeals.find(one => one.id === root);
  const at = name => record.timeline.find(one => one.id === name);
  const filed = at(root), target = at(filed?.says.against);
  const home = h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name));
  if (!appeal || !filed) return [h("div", { class: "title" }, h("h1", {}, "申诉"), home), h("p", { class: "soft" }, "没有这件申诉。")];
  const waits = await waitsOn(root);
  const steps = record.timeline.filter(one => one.answers === root).reverse();
  return [
    h("div", { class: "title" }, h("h1", {}, "申诉"), home),
    h("div", { class: "columns" },
      h("div", {}, card(STATES[appeal.state] || appeal.state, h("p", {}, filed.says.text), gallery(id, filed.evidence.filter(name => PHOTO.test(name)), "申诉证据"), clock(appeal)),
        card("所争议的事实", target ? fact(target, words) : h("p", { class: "soft" }, "对等级整体，没有指明哪一条。")),
        steps.length > 0 && card("办理经过", h("ol", { class: "story" }, steps.map(step => h("li", {}, h("div", { class: "when" }, day(step.on)), h("b", {}, words.kind[step.kind]), said(step.says, words)))))),
      h("div", {}, !isOpen(appeal) ? card("", h("p", { class: "soft" }, "这件申诉已经办结。")) : me.role === "township" ? opinion(id, root, again) : [waits, decision({ id, root, words, record, target, again })])),
  ];
}

const fact = (one, words) => h("div", {}, h("p", {}, day(one.on), " ", h("b", {}, words.kind[one.kind]), one.people > 0 && h("span", { class: "soft" }, ` ${one.people} 人`)), said(one.says, words));

function opinion(id, root, again) {
  return card("镇街意见", form({
    button: "提交意见", fields: [{ name: "text", title: "意见", type: "long", required: true, hint: "写明核实情况和依据，不写个人姓名和电话。" }],
    send: async ({ text }) => { await append(id, "appeal_opinion", { text }, { caused_by: root }); say("意见已提交"); again(); },
  }));
}

// Upheld, the contested fact falls in the same act, and what is right may be told in its place: a form of the fact's own kind.
function decision({ id, root, words, record, target, again }) {
  const title = one => `${one.on} ${words.kind[one.kind]}`;
  const facts = contestable(record);
  const wrong = ({ against }) => facts.find(one => one.id === against);
  const payload = values => payloadOf(wrong(values).kind, values.more, wrong(values).says, words);
  return card("区级决定", act({
    title: "申诉决定",
    about: `由没有参与该检查、处理的人员决定。成立的须两人签署：${TWO}`,
    fields: [
      { name: "outcome", title: "决定", type: "choice", required: true, options: [["upheld", "成立，作废所争议的事实"], ["corrected", "成立，更正所争议的事实"], ["rejected", "不成立"]] },
      { name: "against", title: "作废或更正哪一条（成立时）", type: "select", value: target?.id || "", options: [["", "请选择"], ...facts.map(one => [one.id, title(one)])] },
      { name: "text", title: "理由和依据", type: "long", required: true, max: 2000, hint: "企业会看到；不写个人信息。" },
    ],
    more: values => {
      if (values.outcome === "rejected") return null;
      if (!wrong(values)) throw new Problem({ title: "还没填完", detail: "申诉成立须指明是哪一条事实。" });
      if (values.outcome === "upheld") return null;
      if (!hasForm(wrong(values).kind, words)) throw new Problem({ title: "不能在此更正", detail: "逐项评定须作废后重新评定：请选“作废所争议的事实”，再在“现场评定”中照实评定。" });
      return { title: `照实应为：${title(wrong(values))}`, fields: fieldsOf(wrong(values).kind, wrong(values).says, words) };
    },
    review: values => {
      const corrected = values.outcome === "corrected", upheld = corrected || values.outcome === "upheld";
      const changes = corrected ? changesOf(wrong(values).kind, payload(values), wrong(values).says, words) : [];
      if (corrected && !changes.length) throw new Problem({ title: "没有改动", detail: "更正后的内容与原来相同。" });
      return {
        says: [["决定", STATES[upheld ? "upheld" : "rejected"]], [corrected ? "更正" : "作废", upheld ? title(wrong(values)) : null], ...changes, ["理由", values.text]],
        follows: [upheld && TWO, ...follows("appeal_decided", { outcome: upheld ? "upheld" : "rejected", corrected })].filter(Boolean),
      };
    },
    send: async (values, key) => {
      const { outcome, against, text } = values;
      const right = outcome === "rejected" ? { outcome } : { outcome: "upheld", against, ...(outcome === "corrected" ? { corrected: payload(values) } : {}) };
      const done = await together(`/sites/${id}`, "appeal_decided", { text, ...right }, { caused_by: root, key });
      say("决定已签署");
      if (!done.act) again();
    },
  }));
}
