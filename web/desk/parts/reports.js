// 群众举报: what passers-by reported at the plate, until when it is to be looked into, what came of it. How to reach whoever reported
// stands elsewhere and is opened one report at a time, each time on the record; nothing of it stays in the page's address or storage.
import { Problem, get } from "../api.js";
import { append } from "./events.js";
import { card, day, h, pairs, refusal, say, show as fill } from "./dom.js";
import { form } from "./form.js";

const KINDS = ["complaint", "error_reported"];

export function reports(record, words, again) {
  const told = record.timeline.filter(one => KINDS.includes(one.kind) && !one.withdrawn_on);
  if (!again || !told.length) return null;
  const decision = one => record.timeline.find(step => step.answers === one.id && step.kind === "complaint_decided" && !step.withdrawn_on);
  const open = told.filter(one => one.kind === "complaint" && !decision(one)).length;
  return card(open ? `群众举报 ${open} 件待办` : "群众举报",
    h("p", { class: "soft" }, "举报人受保护：不得把举报人的情况告诉被举报的单位和无关人员（信访条例第二十三条）。"),
    h("ul", { class: "hazards" }, told.map(one => line(record, one, decision(one), words, again))));
}

function line(record, one, decided, words, again) {
  const late = !decided && one.says.due_on && one.says.due_on < record.today;
  const state = one.kind === "error_reported" ? "反映信息有误" : decided ? (decided.says.found_true ? "查实" : "未发现所反映的情形") : "待办";
  return h("li", { class: late ? "late" : null },
    h("div", {}, h("b", {}, one.says.text || words.kind[one.kind]), " ", h("span", { class: "tag" }, state)),
    h("p", { class: "soft" }, day(one.on), ` ${words.source[one.by]}`, one.says.due_on && `；应于 ${one.says.due_on} 前办结`, late && h("b", { class: "late" }, "，已超期"), decided && `；${decided.on} 办结`),
    one.by === "report" && contact(record.site_id, one.id),
    one.kind === "complaint" && !decided && h("details", {}, h("summary", {}, "登记核查结果"), deciding(record.site_id, one.id, again)));
}

function contact(site, report) {
  const place = h("div", { "aria-live": "polite" });
  async function open() {
    try {
      const answer = await get(`/sites/${site}/reports/${report}/contact`);
      fill(place, answer.contact ? pairs(["联系方式", h("span", { class: "num" }, answer.contact)]) : h("p", {}, "没有留下联系方式，或举报人已将其删除。"), h("p", { class: "soft" }, "这次查看已记录。"));
      say("联系方式已显示，这次查看已记录");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(place, refusal(error));
    }
  }
  return h("div", { class: "screen" }, fill(place, h("div", { class: "acts" }, h("button", { type: "button", class: "line", onclick: open }, "查看联系方式"), h("span", { class: "soft" }, "查看会记入审计日志：谁、何时、哪一件。"))));
}

function deciding(site, report, again) {
  return form({
    button: "办结", about: report,
    fields: [{ name: "found", title: "核查结果", type: "choice", required: true, options: [["yes", "查实"], ["no", "未发现所反映的情形"]], hint: "查实的计入等级（举报查实）；举报人凭回执能看到结果。" }],
    send: async ({ found }) => { await append(site, "complaint_decided", { found_true: found === "yes" }, { caused_by: report }); again(); },
  });
}
