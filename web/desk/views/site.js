// One site's whole record for those who supervise it: grade and why, hazards and whose turn it is, the story, papers, files.
import { Problem, file, get } from "../api.js";
import { card, day, h, pairs, refusal, say, show as fill } from "../parts/dom.js";
import { append, daysBetween } from "../parts/events.js";
import { badge, panel } from "../parts/grade.js";
import { form } from "../parts/form.js";
import { PHOTO, gallery } from "../parts/photos.js";
import { reports } from "../parts/reports.js";
import { table } from "../parts/table.js";

const NEXT = { order: "待下达整改", enterprise: "企业整改中", recheck: "待复查" };

export async function show({ me, words, rest, query, again }) {
  const id = rest[0];
  const record = await get(`/sites/${id}/record`);
  const acts = ["township", "district"].includes(me.role);
  return [
    h("div", { class: "title" }, h("h1", {}, record.identity.name || "（名称未登记）"),
      me.role === "expert" && h("div", { class: "acts screen" }, h("a", { class: "button", href: `#/assess/${id}` }, "现场评定")),
      acts && h("div", { class: "acts screen" }, h("a", { class: "button", href: `#/inspect/${id}` }, "记录检查"), h("a", { class: "line", href: `#/assess/${id}` }, "现场评定"), h("a", { class: "line", href: `#/register/${id}` }, "企业档案"), h("a", { class: "line", href: `#/persons/${id}` }, "联系人"))),
    query.get("plate") === "old" && h("p", { class: "refusal", role: "alert" }, "扫到的码牌已更换或作废：现场应换新码牌。"),
    panel(record.identity.grade, words.grade_meaning[record.identity.grade], h("p", {}, `评定日 ${record.identity.on || "—"}`, record.case?.score && ` · 得分 ${record.case.score}`)),
    h("div", { class: "columns" },
      h("div", {}, hazards(record, words, acts), reports(record, words, acts && again), voices(record, words, acts && again), story(record, words, query.get("event"))),
      h("div", {}, standing(record, words), why(record), register(record, words, acts), plateCard(id, record.case?.plate, words, acts && again), accountsCard(id, acts), people(record, again, id, me))),
  ];
}

function standing(record, words) {
  const { identity } = record;
  return card("基本信息", pairs([words.number, identity.uscc], ["状态", words.state[identity.state]], ["镇街", words.township[identity.township] || identity.township],
    ["下次变化", identity.review_on && day(identity.review_on)], ["上次检查", identity.last_inspection_on && day(identity.last_inspection_on)],
    ["评分方法", identity.rule_set && `${identity.rule_set.title} ${identity.rule_set.version}`]));
}

// Flags that nobody has seen yet, and what the enterprise declares: work for whoever goes there.
function sectors(record, acts) {
  const flags = record.secrets?.sector_flags || [];
  const open = flags.filter(one => one.declared || (one.value !== null && !one.confirmed_on)).length;
  return acts && flags.length > 0 && h("p", {}, h("a", { href: `#/sectors/${record.site_id}` }, open ? `领域情况：${open} 项待核实` : "领域情况：都已核实"));
}

function register(record, words, acts) {
  const known = record.case?.register || {};
  return card("场所", pairs(["地址", known.address], ["行业代码", known.industry], ["从业人数", known.staff], ["危险化学品", record.secrets?.chemical_type && words.value[record.secrets.chemical_type]], ["重大危险源", record.secrets?.major_hazard_sources?.length || null]), sectors(record, acts));
}

// Why it is this grade, for whoever may see it: what decides whatever the score says, then every point lost.
export function why(record) {
  const { vetoes = [], caps = [], flags = [], missing = [] } = record.case || {};
  const decided = (title, list) => list.length > 0 && [h("h3", {}, title), h("ul", { class: "ticks-plain" }, list.map(one => h("li", {}, h("b", {}, `${one.code} ${one.title}`), `，${one.ends}`, one.end && h("span", { class: "num" }, `（${one.end}）`))))];
  const lost = losses(record);
  return card("为什么是这个等级", decided("一票否决", vetoes), decided("限级", caps),
    lost.length > 0 ? table({ caption: "失分（满分 100）", rows: lost, sorted: "", columns: [
      { key: "code", title: "条款", cell: row => row.code && h("span", { class: "num" }, row.code) }, { key: "title", title: "内容" }, { key: "points", title: "失分", number: true }] }) : h("p", { class: "soft" }, "没有失分。"),
    missing.length > 0 && h("p", { class: "soft" }, `尚无结论的条款：${missing.map(one => one.item || one.code || one).join("、")}`),
    flags.length > 0 && h("p", { class: "soft" }, `标注：${flags.map(flag => flag.text || flag.code).join("；")}`));
}

// Points lost by item, and by what happened; a gain is no loss.
function losses(record) {
  const items = Object.fromEntries((record.radar?.items || []).map(one => [one.item, one.title]));
  const rules = Object.fromEntries((record.case?.adjustments || []).map(one => [one.code, one.title]));
  return (record.case?.ledger || []).map(line => ({ code: line.code, points: hundredths(line.points), title: items[line.code] || rules[line.code] || LINES[line.line] || "" })).filter(line => Number(line.points) > 0);
}

const LINES = { rescale: "不适用条款折算", bonus_cut: "加分上限", clamp: "满分和零分为限", rounding: "保留一位小数" };

// A fraction of the ledger to two decimals, as it is published.
function hundredths(text) {
  const [over, under = "1"] = text.split("/");
  return (Math.round((Number(over) / Number(under)) * 100) / 100).toFixed(2);
}

function hazards(record, words, acts) {
  const open = record.hazards.filter(one => !["closed", "dismissed"].includes(one.state));
  const done = record.hazards.length - open.length;
  const toOrder = open.filter(one => one.next === "order").map(one => one.id);
  return card(`未销号隐患 ${open.length} 条`,
    open.length === 0 && h("p", { class: "soft" }, "没有未销号的隐患。"),
    h("ul", { class: "hazards" }, open.map(one => h("li", { class: one.overdue ? "late" : null },
      h("div", {}, h("b", {}, one.description || one.item || "未写明"), " ", h("span", { class: "tag" }, words.value[one.level]), " ", h("span", { class: "tag" }, words.hazard_state[one.state])),
      h("p", { class: "soft" }, `${words.source[one.by]}，${one.on} 发现；期限 ${one.deadline_on}`, one.overdue ? h("b", { class: "late" }, `，逾期 ${daysBetween(one.deadline_on, record.today)} 天`) : `，${NEXT[one.next] || ""}`),
      acts && h("a", { href: `#/hazard/${record.site_id}/${one.id}` }, "办理")))),
    acts && toOrder.length > 0 && h("div", { class: "acts screen" }, h("a", { class: "button", href: `#/order/${record.site_id}` }, `下达整改指令书（${toOrder.length} 条）`)),
    done > 0 && h("p", { class: "soft" }, `另有 ${done} 条已销号或作废，见下方记录。`));
}

// What the enterprise says: its appeals, and the replies that wait for somebody to look that they name nobody.
function voices(record, words, again) {
  const answered = (one, kinds) => record.timeline.some(step => step.answers === one.id && kinds.includes(step.kind) && !step.withdrawn_on);
  const of = kind => record.timeline.filter(one => one.kind === kind && !one.withdrawn_on);
  const appeals = of("appeal"), replies = of("reply").filter(one => !answered(one, ["reply_published"]));
  if (!again || (!appeals.length && !replies.length)) return null;
  const publish = one => form({ fields: [], button: "不含个人信息，公开", send: async () => { await append(record.site_id, "reply_published", {}, { caused_by: one.id }); again(); } });
  return card("申诉与说明",
    appeals.length > 0 && h("ul", { class: "ticks-plain" }, appeals.map(one => h("li", {}, day(one.on), " ", h("a", { href: `#/appeal/${record.site_id}/${one.id}` }, "申诉"), " ", h("span", { class: "tag" }, answered(one, ["appeal_decided", "appeal_withdrawn"]) ? "已办结" : "办理中"), said(one.says, words)))),
    replies.map(one => h("div", {}, h("p", {}, day(one.on), " 企业说明（待核对）：", one.says.text), publish(one))));
}

// ``asked`` is a record that somebody followed a link to: it and what followed from it come first.
export function story(record, words, asked) {
  const list = h("ol", { class: "story" });
  const kinds = [...new Set(record.timeline.map(one => one.kind))];
  const draw = kind => fill(list, record.timeline.filter(one => !kind || one.kind === kind).slice(0, 200).map(one => entry(record, one, words)));
  draw("");
  const meant = asked ? record.timeline.filter(one => one.id === asked || one.answers === asked) : [];
  return card("全部记录",
    meant.length > 0 && [h("h3", {}, "您要看的记录"), h("ol", { class: "story" }, meant.map(one => entry(record, one, words))), h("h3", {}, "全部")],
    h("div", { class: "field narrow screen" }, h("label", { for: "kind" }, "只看"), h("select", { id: "kind", onchange: event => draw(event.target.value) },
      h("option", { value: "" }, `全部（${record.timeline.length}）`), kinds.map(kind => h("option", { value: kind }, words.kind[kind] || kind)))),
    list);
}

function entry(record, one, words) {
  const siteId = record.site_id, hazard = record.hazards.find(each => each.id === one.answers);
  return h("li", { class: one.withdrawn_on ? "withdrawn" : null },
    h("div", { class: "when" }, day(one.on), " ", h("span", { class: "soft" }, words.source[one.by])),
    h("div", {}, h("b", {}, words.kind[one.kind] || one.kind), one.people > 0 && h("span", { class: "soft" }, ` ${one.people} 人`), one.withdrawn_on && h("span", { class: "tag" }, `${one.withdrawn_on} 更正作废`)),
    hazard && h("p", { class: "says soft" }, `隐患：${hazard.description || hazard.item || "未写明"}`),
    said(one.says, words),
    gallery(siteId, one.evidence.filter(name => PHOTO.test(name)), words.kind[one.kind]),
    ["inspection", "rectification_ordered"].includes(one.kind) && one.says.number && h("a", { href: `#/paper/${siteId}/${one.says.number}` }, `文书 ${one.says.number}`));
}

// What stands elsewhere on the page, or only means something to a machine.
const UNSAID = new Set(["number", "inspection", "rule_set", "enterprise_id", "site_id", "longitude", "latitude", "datum", "site_seq", "repeat_of", "against", "double_random_task"]);

// What a fact says in words; lists of findings by item, unknown names by their code.
export function said(says, words) {
  const lines = Object.entries(says).filter(([name, value]) => !UNSAID.has(name) && value !== null && value !== "" && !(Array.isArray(value) && !value.length));
  return lines.length ? h("p", { class: "says" }, lines.map(([name, value]) => `${words.field[name] || name}：${plain(value, words)}`).join("；").replace(/[。；]；/g, "；")) : null;
}

export function plain(value, words) {
  if (Array.isArray(value)) return value.map(one => plain(one, words)).join("、") || "无";
  if (value && typeof value === "object") return Object.keys(value).length ? Object.entries(value).map(([key, inner]) => `${key} ${typeof inner === "object" ? Object.values(inner).reduce((sum, one) => sum + one, 0) + " 处" : inner}`).join("、") : "无";
  const text = String(value);
  return words.value[text] || words.field[text] || words.state[text] || words.sector[text] || words.grade[text] || words.township[text] || text;
}

// What may happen next to a plate, by where it stands: kind of fact, words, and 1 where it is about the next issue.
const PLATE_STEPS = {
  none: [["plate_issued", "发放"]], issued: [["plate_printed", "已印制"]], printed: [["plate_mounted", "已安装"]],
  mounted: [["plate_damaged", "已损坏"]], damaged: [["plate_replaced", "已换上同号新牌"], ["plate_issued", "发放下一号，旧牌作废", 1]], revoked: [["plate_issued", "发放下一号", 1]],
};

function plateCard(id, plate, words, again) {
  const place = h("div");
  async function open() {
    try {
      const address = URL.createObjectURL(await file(`/plates/${id}.svg`));
      fill(place, h("img", { class: "plate", src: address, alt: "该场所码牌的二维码" }), h("a", { class: "line", href: address, download: `码牌-${id}.svg` }, "保存"));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(place, refusal(error));
    }
  }
  async function step(kind, next) {
    try {
      await append(id, kind, { issue: (plate.issue || 1) + next });
      say("码牌情况已记录");
      again();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(place, refusal(error));
    }
  }
  return card("码牌", plate && pairs(["状态", words.plate_state[plate.state]], ["待办", words.plate_due[plate.due]], ["第几次发放", plate.issue], ["码牌编号", h("span", { class: "num" }, plate.number)], ["自", plate.since && day(plate.since)]), place,
    h("div", { class: "acts screen" }, h("button", { type: "button", class: "line", onclick: open }, "显示二维码"),
      again && plate && PLATE_STEPS[plate.state].map(([kind, word, next = 0]) => h("button", { type: "button", class: "line", onclick: () => step(kind, next) }, `记录：${word}`))));
}

function accountsCard(id, acts) {
  return acts && card("企业账号", h("p", {}, h("a", { href: `#/accounts/${id}` }, "发放激活码、停用账号")));
}

function people(record, again, id, me) {
  if (!record.persons) return null;
  const shown = (record.persons.certificates || []).map(one => h("li", {}, `${one.type}：${one.number || "—"}，至 ${one.valid_to}`));
  return card("证照", shown.length ? h("ul", { class: "ticks-plain" }, shown) : h("p", { class: "soft" }, "没有登记。"),
    me.role === "township" && shown.length > 0 && h("p", { class: "soft" }, "编号已遮蔽；查看原文会留下记录。"));
}
