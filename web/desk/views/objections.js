// Objections to a month's provisional index: their clock, a township's own with what became of them, the district's decisions by counts.
import { fresh, get, post } from "../api.js";
import { card, date, day, h, pairs } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { current, markRead } from "../parts/news.js";

const OUTCOME = { open: "◷ 待决定", upheld: "✓ 成立", rejected: "✕ 驳回" };
const LEVEL = { national: "国家级", provincial: "省级", municipal: "市级", district: "区级" };
const CONDITION = { overdue: "其中月末逾期", concealed: "其中瞒报" };
const STATE = { not_applicable: "不适用", no_data: "无数据", not_reported: "未报" };

export async function show({ me, query, again }) {
  const out = await current(me);
  const month = query.get("month") || out.month;
  const [book, result] = await Promise.all([get(`/months/${month}/objections`), published(out, month)]);
  markRead(me, book);
  const items = Object.fromEntries(book.items.map(item => [item.code, item]));
  const open = book.objections.filter(one => one.outcome === "open"), closed = book.objections.filter(one => one.outcome !== "open");
  const own = me.role === "township";
  return [
    h("div", { class: "title" }, h("h1", {}, `${month} 指数异议`), h("p", { class: "soft" }, own ? "本镇街" : `${book.objections.length} 项，待决定 ${open.length} 项`)),
    h("div", { class: "field narrow screen" }, h("label", { for: "month" }, "月份"),
      h("input", { id: "month", type: "month", value: month, onchange: event => { location.hash = `#/objections?month=${event.target.value}`; } })),
    card("时钟", ...clock(book.clock)),
    ...[...open, ...closed].map(one => told(one, items[one.sub_item], countsOf(result, one), me, again)),
    book.objections.length === 0 && card("", h("p", { class: "soft" }, book.clock.is_out ? "还没有异议。" : "公示稿发布后才能提出异议。")),
    own && book.clock.is_open && card("提出异议", filing(book, month, me, rowOf(result, me.organisation), again)),
  ];
}

function clock(at) {
  const stage = !at.is_out ? "公示稿尚未发布" : at.day === 0 ? "公示当日，异议期从下一个工作日起算" : at.is_open ? `异议期第 ${at.day} / ${at.days} 个工作日` : "异议期已过";
  const rest = !at.is_out ? "" : at.left > 0 ? `还有 ${at.left} 个工作日（含今天）` : "已过；此后的决定只在修订时计入";
  return [
    h("p", {}, h("b", {}, stage), rest && ` · 作出决定：${rest}`),
    pairs(["公示稿", date(at.provisional_on)], ["异议截止", h("time", { class: "num", datetime: at.objections_until }, at.until)], ["决定截止", [date(at.decide_by), "24时"]], ["正式发布", date(at.final_on)]),
  ];
}

function told(one, item, before, me, again) {
  const decision = one.decision;
  return card(`${one.name} · ${one.sub_item} ${one.title}`,
    h("p", {}, h("b", {}, OUTCOME[one.outcome])),
    pairs(["提出日", day(one.filed_on)], ["附件", one.attachment], ["公示稿计数", one.outcome === "open" && before ? inWords(before, item) : null],
      ["决定日", one.decided_on ? day(one.decided_on) : null], ["改为", decision && one.outcome === "upheld" ? inWords(decision.counts, item) : null]),
    h("p", {}, "理由：", one.text), decision && h("p", {}, "决定：", decision.text),
    me.role === "district" && one.outcome === "open" && deciding(one, item, before || {}, again));
}

// An upheld objection names the right counts; the published ones stand there to be changed.
function deciding(one, item, before, again) {
  const fields = [
    { name: "outcome", title: "决定", type: "choice", required: true, options: [["upheld", "成立，按下列计数更正"], ["rejected", "驳回，计数不变"]] },
    item.levels.length === 0 && !item.mean && { name: "numerator", title: item.numerator, type: "number", min: 0, value: before.numerator, hint: "成立时必填" },
    item.mean && { name: "percent", title: `平均${item.numerator}（%）`, type: "number", min: 0, max: 100, step: 0.01, value: before.denominator ? percent(before, 2) : "", hint: "成立时必填" },
    item.denominator && !item.expected && { name: "denominator", title: item.denominator, type: "number", min: 0, value: before.denominator, hint: "成立时必填" },
    item.condition && { name: "condition", title: CONDITION[item.condition] || item.condition, type: "number", min: 0, value: before.condition ?? 0 },
    item.levels.length > 0 && { name: "level", title: "级别", type: "select", value: before.level || "", options: [["", "没有"], ...item.levels.map(level => [level, LEVEL[level] || level])] },
    { name: "text", title: "理由和依据", type: "long", required: true, hint: "镇街会看到；不要写个人信息" },
  ];
  return form({
    fields, title: "作出决定", button: "签署决定", about: one.id,
    send: values => post(`/townships/${one.township}/events`, {
      kind: "index_objection_decided", key: fresh(), caused_by: one.id,
      payload: { outcome: values.outcome, text: values.text, ...(values.outcome === "upheld" ? counts(values) : {}) },
    }).then(() => again()),
  });
}

function counts(values) {
  if (values.percent) return { numerator: `${Math.round(values.percent * 100) * values.denominator}/10000`, denominator: Number(values.denominator) };
  const named = ["numerator", "denominator", "condition"].filter(name => values[name] !== undefined && values[name] !== "").map(name => [name, Number(values[name])]);
  return Object.fromEntries(values.level ? [...named, ["level", values.level]] : named);
}

function filing(book, month, me, row, again) {
  const options = book.items.map(item => {
    const found = itemOf(row, item.code);
    return [item.code, `${item.code} ${item.title}${found ? `（失 ${found.lost}：${inWords(found, item)}）` : ""}`];
  });
  return form({
    fields: [
      { name: "sub_item", title: "小项", type: "select", required: true, options: [["", "请选择"], ...options] },
      { name: "text", title: "理由", type: "long", required: true, hint: "哪里计错了，应当是多少；不要写个人信息" },
      { name: "attachment", title: "附件编号", hint: "文号或附件编号（字母、数字）" },
    ],
    button: `提出异议（${book.clock.until}前）`,
    send: values => post(`/townships/${me.organisation}/events`, {
      kind: "index_objection", key: fresh(), payload: { month, sub_item: values.sub_item, text: values.text, ...(values.attachment ? { attachment: values.attachment } : {}) },
    }).then(() => again()),
  });
}

// The counts of a sub-item as a person says them.
export function inWords(found, item) {
  if (STATE[found.state]) return STATE[found.state];
  if (item.levels.length > 0) return LEVEL[found.level] || "没有";
  if (item.mean && found.denominator) return `平均 ${percent(found, 1)}%（${found.denominator} 家）`;
  const known = [[item.numerator, found.numerator], [item.denominator, found.denominator], [CONDITION[item.condition], found.condition]];
  return known.filter(([word, value]) => word && value !== undefined && value !== null).map(([word, value]) => `${word} ${value}`).join("，");
}

// A sum of shares is an exact fraction; a person reads and names the mean.
const percent = (found, digits) => (100 * String(found.numerator).split("/").reduce((a, b) => a / b) / found.denominator).toFixed(digits);

// The published result, as everybody may read it; nothing where the month is not out.
async function published(out, month) {
  const entry = out.months.find(one => one.month === month);
  return entry ? read(`/index/${month}/r${entry.revision}/index.json`) : null;
}

const read = address => fetch(address).then(answer => (answer.ok ? answer.json() : null)).catch(() => null);
const rowOf = (result, township) => result && result.townships.find(row => row.code === township);
const itemOf = (row, code) => row && row.indicators.flatMap(indicator => indicator.sub_items).find(item => item.code === code);
const countsOf = (result, one) => itemOf(rowOf(result, one.township), one.sub_item);
