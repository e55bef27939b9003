// 我的安全码: the grade, what falls due, the way back, every point lost, what time alone will change, the whole story.
import { get } from "../api.js";
import { STATES, isDecided } from "../parts/appeal.js";
import { card, day, h } from "../parts/dom.js";
import { daysBetween } from "../parts/events.js";
import { WORDS, badge, panel } from "../parts/grade.js";
import { chosen, head, none } from "../parts/own.js";
import { table } from "../parts/table.js";
import { story } from "./site.js";

const NEWS_DAYS = 30;
const ROOM_OF = { hazard: "rectify", certificate: "certificates", insurance: "certificates" };

export async function show({ words, rest }) {
  const own = await chosen(rest);
  if (!own) return none("我的安全码");
  const { id, record } = own;
  const way = await get(`/sites/${id}/way-back`);
  return [
    head("我的安全码", "own", own),
    panel(way.grade, words.grade_meaning[way.grade], h("p", {}, `得分 ${way.score ?? "—"}`, reasons(" · 一票否决 ", record.case?.vetoes), reasons(" · 限级 ", record.case?.caps))),
    messages(record, id, words, way.appeals),
    h("div", { class: "columns" },
      h("div", {}, ways(way), losses(way)),
      h("div", {}, duties(id, record), calendar(way), decided(record))),
    story(record, words)];
}

const reasons = (word, causes) => causes?.length > 0 && word + causes.map(one => `${one.code} ${one.title}`).join("、");

// What falls due, and for some weeks what was decided of an own appeal.
export function messages(record, id, words, appeals = []) {
  const decisions = appeals.filter(one => isDecided(one) && daysBetween(one.closed_on, record.today) <= NEWS_DAYS);
  if (!record.reminders.length && !decisions.length) return null;
  return card("提醒", h("ul", { class: "hazards" }, decisions.map(one => h("li", {}, h("b", {}, STATES[one.state]), `（${one.closed_on} 决定）。`, " ", h("a", { href: `#/voice/${id}` }, "看决定和理由"))), record.reminders.map(one => h("li", { class: one.stage === 0 ? "late" : null },
    h("b", {}, words.value[one.what] || one.what), ` ${dueWords(one)}。`, " ", h("a", { href: `#/${ROOM_OF[one.kind]}/${id}` }, "去处理")))));
}

export const dueWords = one => (one.days < 0 ? `已于 ${one.due_on} 到期，超过 ${-one.days} 天` : one.days === 0 ? "今天到期" : `将于 ${one.due_on} 到期，还有 ${one.days} 天`);

function ways(way) {
  if (!way.ways.length) return card("怎样变好", h("p", {}, way.grade === "blue" ? "已是最好的等级，请保持每月自查。" : "目前没有可以提前恢复的办法，请看右侧日历。"));
  return card("怎样变好", way.ways.map(one => h("div", { class: "way" }, h("p", {}, badge(one.grade), " ", one.text),
    one.acts.length > 0 && h("ol", {}, one.acts.map(act => h("li", {}, act.title, act.on > way.on && h("span", { class: "soft num" }, `（${act.on}）`)))),
    one.waits.length > 0 && h("p", { class: "soft" }, `还要等：${one.waits.map(wait => `${wait.code} ${wait.title}${wait.end ? ` 至 ${wait.end}` : ""}`).join("、")}`),
    one.duties.length > 0 && h("p", { class: "soft" }, one.duties.join("；")))));
}

function losses(way) {
  return card("失分明细", way.losses.length ? table({ caption: "每一分失在哪里、谁记录的、什么时候恢复", name: "失分明细", rows: way.losses, columns: [
    { key: "code", title: "条款", cell: row => h("span", { class: "num" }, row.code) }, { key: "title", title: "内容" }, { key: "points", title: "失分", number: true }, { key: "source", title: "来源" }, { key: "basis", title: "依据" }, { key: "ends", title: "恢复" }] })
    : h("p", { class: "soft" }, "没有失分。"));
}

function calendar(way) {
  return card("以后会怎样", h("p", { class: "soft" }, "如果什么都不做："), way.calendar.length
    ? h("ol", { class: "story" }, way.calendar.map(one => h("li", {}, h("div", { class: "when" }, day(one.on)), one.after.grade !== one.before.grade && badge(one.after.grade, `变为${WORDS[one.after.grade]}`), h("p", { class: "says" }, one.text.replace(`${one.on} `, "")))))
    : h("p", {}, "400 天内等级和得分都不会变。"));
}

function duties(id, record) {
  const last = record.identity.last_self_check_on;
  return card("要做的事", h("p", {}, last ? `上次自查 ${last}，${daysBetween(last, record.today)} 天前。` : "还没有自查过。"),
    h("div", { class: "acts" }, h("a", { class: "button", href: `#/self-check/${id}` }, "开始自查"), h("a", { class: "line", href: `#/voice/${id}` }, "申诉或说明")));
}

function decided(record) {
  const all = [...(record.case?.vetoes || []), ...(record.case?.caps || [])];
  return all.length ? card("不看得分的规定", h("ul", { class: "ticks-plain" }, all.map(one => h("li", {}, h("b", {}, `${one.code} ${one.title}`), `，${one.ends}`, one.end && `（${one.end}）`)))) : null;
}
