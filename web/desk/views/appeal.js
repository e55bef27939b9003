// One appeal for those who answer it: what is contested, the clock, the township's opinion, the district's decision signed by two.
import { get } from "../api.js";
import { act } from "../parts/act.js";
import { STATES, clock, contestable, isOpen } from "../parts/appeal.js";
import { card, day, h, say } from "../parts/dom.js";
import { append } from "../parts/events.js";
import { form } from "../parts/form.js";
import { said } from "./site.js";

export async function show({ me, words, rest, again }) {
  const [id, root] = rest;
  const [record, { appeals }] = await Promise.all([get(`/sites/${id}/record`), get(`/sites/${id}/way-back`)]);
  const appeal = appeals.find(one => one.id === root);
  const at = name => record.timeline.find(one => one.id === name);
  const filed = at(root), target = at(filed?.says.against);
  const home = h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name));
  if (!appeal || !filed) return [h("div", { class: "title" }, h("h1", {}, "申诉"), home), h("p", { class: "soft" }, "没有这件申诉。")];
  const steps = record.timeline.filter(one => one.answers === root).reverse();
  return [
    h("div", { class: "title" }, h("h1", {}, "申诉"), home),
    h("div", { class: "columns" },
      h("div", {}, card(STATES[appeal.state] || appeal.state, h("p", {}, filed.says.text), clock(appeal)),
        card("所争议的事实", target ? fact(target, words) : h("p", { class: "soft" }, "对等级整体，没有指明哪一条。")),
        steps.length > 0 && card("办理经过", h("ol", { class: "story" }, steps.map(step => h("li", {}, h("div", { class: "when" }, day(step.on)), h("b", {}, words.kind[step.kind]), said(step.says, words)))))),
      h("div", {}, !isOpen(appeal) ? card("", h("p", { class: "soft" }, "这件申诉已经办结。")) : me.role === "township" ? opinion(id, root, again) : decision({ id, root, me, words, record, target, again }))),
  ];
}

const fact = (one, words) => h("div", {}, h("p", {}, day(one.on), " ", h("b", {}, words.kind[one.kind]), one.people > 0 && h("span", { class: "soft" }, ` ${one.people} 人`)), said(one.says, words));

function opinion(id, root, again) {
  return card("镇街意见", form({
    button: "提交意见", fields: [{ name: "text", title: "意见", type: "long", required: true, hint: "写明核实情况和依据，不写个人姓名和电话。" }],
    send: async ({ text }) => { await append(id, "appeal_opinion", { text }, { caused_by: root }); say("意见已提交"); again(); },
  }));
}

// Upheld, the contested fact falls in the same act; what is right is then recorded anew, like any other fact.
function decision({ id, root, me, words, record, target, again }) {
  const title = one => `${one.on} ${words.kind[one.kind]}`;
  const facts = contestable(record);
  return card("区级决定", act({
    title: "申诉决定",
    about: "由没有参与该检查、处理的两名执法人员签署。",
    fields: [
      { name: "outcome", title: "决定", type: "choice", required: true, options: [["upheld", "成立，作废所争议的事实"], ["rejected", "不成立"]] },
      { name: "against", title: "作废哪一条（成立时）", type: "select", value: target?.id || "", options: [["", "请选择"], ...facts.map(one => [one.id, title(one)])] },
      { name: "text", title: "理由和依据", type: "long", required: true, max: 2000, hint: "企业会看到；不写个人信息。" },
      { name: "partner", title: "另一位签署人编号", required: true, max: 64, hint: `须两人签署，含本人（${me.subject}）。` },
    ],
    review: ({ outcome, against, text, partner }) => {
      const upheld = outcome === "upheld", wrong = facts.find(one => one.id === against);
      return {
        says: [["决定", STATES[outcome]], ["作废", upheld && wrong ? title(wrong) : null], ["理由", text], ["签署", `${me.subject}、${partner}`]],
        follows: upheld
          ? ["所争议的事实从现在起不再算数，记录本身保留并写明作废；该场所立即重新评定。", "要照实另行登记的，请在“现场评定”或“记录检查”中登记。", "决定记入不可更改的台账，企业会收到结果。"]
          : ["等级不变，扫码页不再标明“申诉中”。", "决定记入不可更改的台账，企业会收到结果。"],
      };
    },
    send: async ({ outcome, against, text, partner }, key) => {
      const upheld = outcome === "upheld" ? { against } : {};
      await append(id, "appeal_decided", { outcome, text, signers: [me.subject, partner], ...upheld }, { caused_by: root, key });
      say("决定已签署");
      again();
    },
  }));
}
