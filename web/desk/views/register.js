// 企业档案: what the register says of a site, and the acts of its life: a new name, a move, 停产/复产/注销, two records made one. Each says what
// becomes of code and history before it is signed.
import { get, post } from "../api.js";
import { act, folded } from "../parts/act.js";
import { card, h, pairs } from "../parts/dom.js";
import { TWO, follows, together } from "../parts/cosign.js";
import { append, known } from "../parts/events.js";
import { chooser } from "../parts/seek.js";
import { said } from "./site.js";

const KINDS = ["enterprise_registered", "enterprise_changed", "site_registered", "site_changed", "site_moved", "site_state_changed", "site_merged", "site_absorbed", "enterprise_merged", "enterprise_absorbed", "sector_declared", "sector_confirmed"];
const KEPT = "历史等级、检查和隐患记录、已发布的月份都不变，可按任一日期重算。";
const PLATE = "码牌不用换：扫原来的二维码仍打开这处场所。";

export async function show({ me, words, rest, again }) {
  const id = rest[0];
  const [record, { townships }] = await Promise.all([get(`/sites/${id}/record`), get("/townships")]);
  const place = { id, me, words, record, townships, again, today: record.today };
  const merged = record.identity.state === "merged";
  const into = record.timeline.find(one => one.kind === "site_merged" && !one.withdrawn_on)?.says.into;
  const district = me.role === "district";
  return [
    h("div", { class: "title" }, h("h1", {}, "企业档案"), h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name || "（名称未登记）"))),
    merged && h("p", { class: "refusal", role: "alert" }, h("b", {}, "这份档案已并入另一份。"), " ", into && h("a", { href: `#/register/${into}` }, "打开并入后的档案"), " 新的登记请记在那一份。"),
    h("div", { class: "columns" },
      h("div", {}, card("档案", standing(place)), card("相关", h("div", { class: "acts" }, h("a", { class: "line", href: `#/sectors/${id}` }, "领域情况核实"), h("a", { class: "line", href: `#/persons/${id}` }, "负责人和联系人")))),
      h("div", {}, merged ? district && folded("撤回一条登记", withdrawing(place)) : [folded("经营状态：停产、复产、注销", state(place)), folded("名称和信息变更", renaming(place)), folded(`${companyTitle(words)}（含名下全部场所）`, company(place)),
        district && folded("迁址：换镇街或地址", moving(place)), district && merging(place, "site"), district && record.enterprise_id && merging(place, "enterprise"), district && folded("撤回一条登记", withdrawing(place))])),
    story(place),
  ];
}

function standing({ record, words }) {
  const { identity } = record;
  const known = record.case?.register || {};
  return pairs(["名称", identity.name], [words.number, identity.uscc || "无"], ["状态", words.state[identity.state]], ["镇街", words.township[identity.township] || identity.township], ["地址", known.address],
    ["行业代码", known.industry], ["从业人数", known.staff], ["规模", words.value[known.size]], ["场所类型", words.value[known.premises]], ["位置", known.longitude && `${known.longitude}, ${known.latitude}（${known.datum || "WGS-84"}）`], ["场所编号", record.site_id], ["企业编号", record.enterprise_id]);
}

const on = today => ({ name: "on", title: "从哪一天起", type: "date", required: true, value: today, max: today });
const reason = (title = "理由和依据") => ({ name: "reason", title, type: "long", required: true, max: 2000, hint: "写明文件或来源，不写个人姓名和电话。" });

// ── Life 经营状态 ────────────────────────────────────────────────────────────────────────────────────────────────────
const STATES = {
  operating: ["登记后立即按全部记录重新评定并赋码；停产期间过期的自查、评定和证照照常影响等级。", "从这一天起重新计入镇街的家数、地图和指数。"],
  suspended: ["登记后不再赋码（灰色），扫码页写明“该场所已停产”；被责令停产停业的除外，仍按规定评定。", "从这一天起不计入镇街的家数、地图和指数；时间窗口照走，未整改的隐患仍须整改。"],
  closed: ["登记后不再赋码，扫码页写明“该场所已注销”；码牌应收回。", "从这一天起不计入任何统计。注销错了，再登记“在业”即可恢复，记录不丢。"],
  moved_out: ["登记后不再赋码，扫码页写明“该场所已迁出本辖区”。", "从这一天起不计入本区任何统计。在区内换镇街请用“迁址”。"],
};

function state({ id, words, record, today, again }) {
  const options = Object.keys(STATES).filter(code => code !== record.identity.state).map(code => [code, code === "operating" ? "在业（复产、恢复）" : words.state[code]]);
  return act({
    title: "经营状态变更", fields: [{ name: "state", title: "变更为", type: "choice", options, required: true }, on(today), reason()],
    review: values => ({ says: [["场所", record.identity.name], ["现在", words.state[record.identity.state]], ["变更为", words.state[values.state]], ["从", values.on], ["理由", values.reason]], follows: [...STATES[values.state], KEPT] }),
    send: async (values, key) => { await append(id, "site_state_changed", { state: values.state, reason: values.reason }, { key, occurred_on: values.on }); again(); },
  });
}

// ── Names and particulars 变更 ───────────────────────────────────────────────────────────────────────────────────────
function renaming({ id, words, record, today, again }) {
  const { name } = record.identity;
  const was = { name, ...record.case?.register };
  const choice = (field, codes) => ({ name: field, title: words.field[field], type: "select", value: was[field] || "", options: [["", "不变"], ...codes.map(code => [code, words.value[code]])] });
  const fields = [{ name: "name", title: "名称", value: name, max: 200 }, { name: "address", title: "地址（同一镇街内）", value: was.address, max: 200 }, { name: "industry", title: "行业代码（GB/T 4754）", value: was.industry, max: 64 },
    { name: "staff", title: "从业人数", type: "number", min: 0, value: was.staff }, choice("size", ["micro", "below_designated", "designated", "designated_100m"]), choice("premises", ["independent", "plant_in_plant", "park_in_park"]), on(today)];
  const changed = values => Object.fromEntries(Object.entries(known({ ...values, on: "", staff: values.staff === "" ? "" : Number(values.staff) })).filter(([field, value]) => value !== was[field]));
  return act({
    title: "名称和信息变更", fields,
    review: values => {
      const to = changed(values);
      const says = Object.entries(to).map(([field, value]) => [words.field[field], `${words.value[was[field]] || was[field] || "（空）"} → ${words.value[value] || value}`]);
      return { says: says.length ? [...says, ["从", values.on]] : [["变更", "没有改动任何一项"]], follows: ["登记后扫码页、工作清单立即用新的内容；等级依据的人数、行业变了会立即重新评定。", to.name && "曾用名仍可用来查找；码牌上印的旧名称不影响扫码，需要时补印。", PLATE, KEPT].filter(Boolean) };
    },
    send: async (values, key) => { const to = changed(values); if (!Object.keys(to).length) return "没有改动，未提交。"; await append(id, "site_changed", to, { key, occurred_on: values.on }); again(); return null; },
  });
}

// What the district's register calls the number of an enterprise; a register without one changes names alone.
const companyTitle = words => (words.number ? `企业更名、${words.number}变更` : "企业更名");

function company({ words, record, today, again }) {
  const number = words.number;
  return act({
    title: companyTitle(words), fields: [{ name: "name", title: "企业新名称", max: 200, required: !number }, number && { name: "uscc", title: `新的${number}`, max: 18, hint: "没有变的一项留空。" }, on(today)].filter(Boolean),
    review: values => ({
      says: [["现用名称", record.identity.name], ["新名称", values.name], number && [number, record.identity.uscc], number && [`新的${number}`, values.uscc], ["从", values.on]].filter(Boolean),
      follows: [`企业名下全部场所一起变更：与企业同名的场所改用新名称${number ? "，用企业代码的场所改用新代码" : ""}。`, "曾用名仍可用来查找。", PLATE, KEPT],
    }),
    send: async (values, key) => { await post(`/enterprises/${record.enterprise_id}/events`, { kind: "enterprise_changed", payload: known({ name: values.name, uscc: values.uscc }), key, occurred_on: values.on }); again(); },
  });
}

// ── Moving 迁址 ──────────────────────────────────────────────────────────────────────────────────────────────────────
function moving({ id, words, record, townships, today, again }) {
  const from = record.identity.township;
  const position = values => (values.position ? values.position.split(/[,， ]+/).map(Number) : []);
  return act({
    title: "迁址", fields: [{ name: "township", title: "迁入镇街", type: "select", value: from, options: townships.map(({ code, name }) => [code, name]) }, { name: "address", title: "新地址", required: true, max: 200 },
      { name: "position", title: "新位置（经度,纬度，WGS-84）", hint: "不知道可留空，以后补。" }, on(today)],
    review: values => ({
      says: [["场所", record.identity.name], ["迁出", words.township[from] || from], ["迁入", words.township[values.township] || values.township], ["新地址", values.address], ["从", values.on]],
      follows: [values.township !== from && `从 ${values.on} 起计入${words.township[values.township]}；以前的月份仍算在${words.township[from] || "原镇街"}。`, values.township !== from && "原镇街人员从此不再看到这处场所，迁入镇街人员看到全部记录。", !values.position && "没有填新位置：原来的坐标不再使用，补登以前按位置查找查不到这处场所。", "等级不因迁址改变；新址的评定由检查人员另行记录。", PLATE, KEPT].filter(Boolean),
    }),
    send: async (values, key) => { const [longitude, latitude] = position(values); await append(id, "site_moved", { township: values.township, address: values.address, longitude, latitude, datum: longitude ? "WGS-84" : "" }, { key, occurred_on: values.on }); again(); },
  });
}

// ── Two records of one 合并 ──────────────────────────────────────────────────────────────────────────────────────────
const WORD = { site: "两份档案是同一场所：并入另一份", enterprise: "企业合并：并入另一企业" };
const AFTER = {
  site: into => [`这份档案的检查、隐患、处罚等记录从此算在“${into.name}”名下，只算一次；两处的等级立即重新评定。`, "这份档案不再有等级，不再计入家数。", `扫这份档案的旧码牌，打开的是“${into.name}”的页面。`],
  enterprise: into => [`本企业名下全部场所改属“${into.name}”所属企业，企业层面的处罚、证照、事故等一并计入；涉及的场所立即重新评定。`, "场所和码牌不变；本企业的账号从此看不到任何场所，须改发并入后企业的账号。"],
};

function merging({ id, words, record, today, again }, scope) {
  const place = h("div");
  const gone = scope === "site" ? id : record.enterprise_id;
  const target = site => (scope === "site" ? site.site_id : site.enterprise_id);
  const choose = site => place.replaceChildren(...act({
    title: `并入“${site.name}”`, about: `并入“${site.name}”：`, fields: [on(today), reason("为什么是同一个")],
    review: values => ({ says: [["并入的一方", `${record.identity.name}（${gone}）`], ["保留的一方", `${site.name}（${target(site)}）`], ["从", values.on], ["理由", values.reason]], follows: [...AFTER[scope](site), "可以撤回：两人签署作废这次合并，两份档案恢复原样。", KEPT] }),
    send: async (values, key) => { await post(`/${scope === "site" ? "sites" : "enterprises"}/${gone}/merge`, { into: target(site), reason: values.reason, key, occurred_on: values.on }); again(); },
  }).filter(Boolean));
  place.append(...chooser({ title: "保留哪一份", words, chosen: choose, button: "并入这一份" }));
  return folded(WORD[scope], place);
}

// ── Taking it back 撤回 ──────────────────────────────────────────────────────────────────────────────────────────────
const VOIDABLE = ["site_changed", "site_moved", "site_state_changed", "site_merged", "sector_confirmed", "enterprise_changed", "enterprise_merged"];

function withdrawing({ id, words, record, again }) {
  const entries = record.timeline.filter(one => VOIDABLE.includes(one.kind) && !one.withdrawn_on);
  if (!entries.length) return h("p", { class: "soft" }, "没有可以撤回的登记。");
  const title = one => `${one.on} ${words.kind[one.kind]}`;
  // An enterprise's fact is withdrawn in the log it stands in: after a merger that may be another enterprise's than the site's now.
  const registered = record.timeline.find(one => one.kind === "site_registered")?.says.enterprise_id;
  const owner = one => one.says.of?.replace("E:", "") || registered || record.enterprise_id;
  const chosen = values => entries.find(one => one.id === values.entry);
  return act({
    title: "撤回一条登记", fields: [{ name: "entry", title: "撤回哪一条", type: "select", options: entries.map(one => [one.id, title(one)]) }, { ...reason(), max: 500 }],
    review: values => ({ says: [["撤回", title(chosen(values))], ["理由", values.reason]], follows: [TWO, ...follows("void")] }),
    send: async (values, key) => {
      const company = chosen(values).kind.startsWith("enterprise_");
      const where = company ? `/enterprises/${owner(chosen(values))}` : `/sites/${id}`;
      const done = await together(where, company ? "enterprise_void" : "void", { reason: values.reason }, { key, voids: values.entry });
      if (!done.act) again();
    },
  });
}

// ── What was registered 登记经过 ─────────────────────────────────────────────────────────────────
function story({ id, words, record }) {
  const entries = record.timeline.filter(one => KINDS.includes(one.kind));
  return card("登记经过", h("ol", { class: "story" }, entries.map(one => h("li", { class: one.withdrawn_on ? "withdrawn" : null }, h("div", { class: "when" }, one.on, " ", h("span", { class: "soft" }, words.source[one.by])), h("b", {}, words.kind[one.kind]), one.withdrawn_on && h("span", { class: "tag" }, `${one.withdrawn_on} 作废`), said(one.says, words)))));
}
