// 整改: the enterprise's hazards with their photos before, what it did with photos after, more time when it needs it.
import { card, h } from "../parts/dom.js";
import { append, daysBetween } from "../parts/events.js";
import { form } from "../parts/form.js";
import { chosen, head, none } from "../parts/own.js";
import { ACCEPT, gallery, send as sendPhotos } from "../parts/photos.js";
import { path } from "./hazard.js";

export async function show({ words, rest, again }) {
  const own = await chosen(rest);
  if (!own) return none("整改");
  const { id, record } = own;
  const open = record.hazards.filter(one => !["closed", "dismissed"].includes(one.state));
  return [head("整改", "rectify", own),
    open.length === 0 && card("", h("p", {}, "没有需要整改的隐患。")),
    open.map(hazard => one(hazard, { id, record, words, again })),
    card("自己发现的隐患", h("p", { class: "soft" }, "自查发现并按期整改的隐患不扣分。"), form({
      button: "登记",
      fields: [{ name: "description", title: "情况", type: "long", required: true }, { name: "deadline_on", title: "计划完成日期", type: "date", required: true, min: record.today }, { name: "photos", title: "整改前照片", type: "files", accept: ACCEPT }],
      send: async ({ description, deadline_on, photos }) => { await append(id, "hazard_found", { level: "general", description, deadline_on }, { evidence: await sendPhotos(id, photos) }); again(); },
    }))];
}

function one(hazard, { id, record, words, again }) {
  const steps = record.timeline.filter(step => step.answers === hazard.id);
  const before = record.timeline.find(entry => entry.id === hazard.id)?.evidence || [];
  const after = steps.filter(step => step.kind === "rectification_reported").flatMap(step => step.evidence);
  const left = daysBetween(record.today, hazard.deadline_on);
  return h("section", { class: "card" }, h("h2", {}, hazard.description || hazard.item || "隐患"), path(hazard.state, words),
    h("p", {}, `${words.source[hazard.by]}，${hazard.on} 发现；期限 ${hazard.deadline_on}`, hazard.overdue ? h("b", { class: "late" }, `，已逾期 ${-left} 天`) : `，还有 ${left} 天`),
    before.length > 0 && [h("h3", {}, "整改前"), gallery(id, before, "整改前")],
    after.length > 0 && [h("h3", {}, "整改后"), gallery(id, after, "整改后")],
    hazard.state === "awaiting_recheck" ? h("p", {}, "已上报，等待检查人员复查。") : [report(hazard, id, again), extension(hazard, id, again)]);
}

function report(hazard, id, again) {
  return form({
    title: "上报整改完成", button: "上报完成", about: hazard.id,
    fields: [{ name: "note", title: "怎样整改的", type: "long", required: true }, { name: "photos", title: "整改后照片", type: "files", accept: ACCEPT, required: true, hint: "请从整改前的同一角度拍。" }],
    send: async ({ note, photos }) => { await append(id, "rectification_reported", { note }, { caused_by: hazard.id, evidence: await sendPhotos(id, photos) }); again(); },
  });
}

function extension(hazard, id, again) {
  return h("details", {}, h("summary", {}, "来不及？申请延期"), form({
    button: "申请延期", about: hazard.id,
    fields: [{ name: "deadline_on", title: "申请延至", type: "date", required: true, min: hazard.deadline_on }, { name: "reason", title: "原因和期间的防范措施", type: "long", required: true }],
    send: async values => { await append(id, "extension_requested", values, { caused_by: hazard.id }); again(); },
  }));
}
