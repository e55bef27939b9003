// 申诉与说明: an appeal with its clock, the right of reply, and what became of both.
import { get } from "../api.js";
import { STATES, clock, contestable, isOpen } from "../parts/appeal.js";
import { card, day, h } from "../parts/dom.js";
import { append } from "../parts/events.js";
import { form } from "../parts/form.js";
import { markAppealsRead } from "../parts/news.js";
import { chosen, head, none } from "../parts/own.js";
import { ACCEPT, gallery, send as sendPhotos } from "../parts/photos.js";
import { said } from "./site.js";

export async function show({ words, rest, again }) {
  const own = await chosen(rest);
  if (!own) return none("申诉与说明");
  const { id, record } = own;
  const { appeals, appeal_terms: terms } = await get(`/sites/${id}/way-back`);
  const against = contestable(record);
  markAppealsRead(id, appeals);
  return [head("申诉与说明", "voice", own),
    h("div", { class: "columns" },
      h("div", {}, card("提出申诉", h("p", { class: "soft" }, `须在登记（对等级整体的，在等级变化）后 ${terms.filing_days} 个工作日内提出；镇街 ${terms.opinion_days} 个工作日内提出意见，区级再用 ${terms.decision_days} 个工作日决定，由没有参与检查和处理的人作出。决定前，扫码页会标明“对评定有异议”，颜色不变。`), form({
        button: "提交申诉",
        fields: [{ name: "against", title: "针对哪条记录", type: "select", options: [["", "对等级整体"], ...against.map(one => [one.id, `${one.on} ${words.kind[one.kind]}`])] }, { name: "text", title: "理由", type: "long", required: true, hint: "写明事实和依据，不写个人姓名和电话。" },
          { name: "photos", title: "证据照片（可选）", type: "files", accept: ACCEPT, hint: "监控截图、单据、现场照片；不拍到无关的人。" }],
        send: async ({ against: target, text, photos }) => { await append(id, "appeal", { text, against: target }, { evidence: await sendPhotos(id, photos) }); again(); },
      })), card("向公众说明", h("p", { class: "soft" }, "经核对不含个人信息后，会显示在扫码页上。"), form({
        button: "提交说明", fields: [{ name: "text", title: "说明", type: "long", required: true, max: 500 }],
        send: async ({ text }) => { await append(id, "reply", { text }); again(); },
      }))),
      h("div", {}, appeals.length ? [...appeals].reverse().map(one => state(one, own, words, again)) : card("我的申诉", h("p", { class: "soft" }, "还没有申诉。")), replies(record)))];
}

function state(appeal, { id, record }, words, again) {
  const at = name => record.timeline.find(one => one.id === name);
  const filed = at(appeal.id), target = at(filed?.says.against);
  const steps = record.timeline.filter(one => one.answers === appeal.id).reverse();
  return card(STATES[appeal.state] || appeal.state,
    h("p", { class: "soft" }, "针对：", target ? [day(target.on), ` ${words.kind[target.kind]}`] : "对等级整体"),
    h("p", {}, filed?.says.text), filed && gallery(id, filed.evidence, "申诉证据"), clock(appeal),
    steps.length > 0 && [h("h3", {}, "办理经过"), h("ol", { class: "story" }, steps.map(step => h("li", {}, h("div", { class: "when" }, day(step.on), " ", h("span", { class: "soft" }, words.source[step.by])), h("b", {}, words.kind[step.kind]), said(step.says, words))))],
    isOpen(appeal) && form({ fields: [], button: "撤回申诉", send: async () => { await append(id, "appeal_withdrawn", {}, { caused_by: appeal.id }); again(); } }));
}

function replies(record) {
  const mine = record.timeline.filter(one => one.kind === "reply");
  return card("我的说明", mine.length ? h("ol", { class: "story" }, mine.map(one => h("li", {}, h("div", { class: "when" }, one.on), h("p", { class: "says" }, one.says.text), record.timeline.some(step => step.answers === one.id && step.kind === "reply_published") ? h("span", { class: "tag" }, "已公开") : h("span", { class: "tag" }, "待核对")))) : h("p", { class: "soft" }, "还没有说明。"));
}
