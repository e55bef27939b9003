// 领域情况: what makes a site dangerous, as it stands in the register. An enterprise declares; an officer who has seen it enters it or confirms
// what stands. A declaration alone changes neither grade nor map.
import { fresh, get, post } from "../api.js";
import { act, folded } from "../parts/act.js";
import { card, day, h } from "../parts/dom.js";
import { known } from "../parts/events.js";
import { form } from "../parts/form.js";
import { badge } from "../parts/grade.js";
import { chosen, head, none } from "../parts/own.js";
import { table } from "../parts/table.js";

const CHEMICAL = ["production", "trade_with_storage", "trade_without_storage", "use", "filling_station", "transport"];
const SPECIAL = ["confined_space", "combustible_dust", "spraying", "shipbuilding", "metal_smelting", "ammonia_refrigeration"];
const HIGHER = ["appliances", "electroplating", "wood_bamboo", "shoemaking", "sponge", "textile_dyeing", "solvent_painting", "solvent_printing"];
const LISTS = { special_premises: SPECIAL, higher_risk_industries: HIGHER };
const FLAGS = ["chemical_type", "key_process", "inhalation_toxic", "special_premises", "dust_workers", "aluminium_magnesium_dust", "confined_space_toxic", "solvent_spraying", "higher_risk_industries", "key_fire_unit", "flammable_explosive", "labour_intensive"];

// An empty list is an answer here (none of the six), so nothing is left out.
const tell = (siteId, kind, payload, key = fresh()) => post(`/sites/${siteId}/events`, { kind, payload, key });

export async function show({ me, words, rest, again }) {
  const own = me.role === "enterprise" ? await chosen(rest) : { id: rest[0], record: await get(`/sites/${rest[0]}/record`) };
  if (!own) return none("领域申报");
  const { id, record } = own;
  const flags = record.secrets?.sector_flags || [];
  const place = { id, words, record, flags, again };
  if (me.role === "enterprise") return [head("领域申报", "sectors", own), h("div", { class: "columns" }, h("div", {}, card("如实申报", declaring(place))), h("div", {}, card("档案里的情况", overview(place))))];
  const pending = flags.filter(one => one.declared);
  return [
    h("div", { class: "title" }, h("h1", {}, "领域情况核实"), h("p", {}, h("a", { href: `#/register/${id}` }, record.identity.name), " ", badge(record.identity.grade))),
    h("div", { class: "columns" },
      h("div", {}, pending.length > 0 && card(`企业申报，等待核实（${pending.length} 项）`, answering(place, pending)), card("档案里的情况", overview(place))),
      h("div", {}, card("核实", confirming(place)), folded("登记看到的情况", entering(place)))),
  ];
}

const said = (value, words) => (value === null || value === undefined ? "未登记" : Array.isArray(value) ? value.map(one => words.value[one] || one).join("、") || "无" : words.value[String(value)] || String(value));

const statusOf = one => (one.value === null ? "仅企业申报" : one.declared ? "企业申报了变更，待核实" : one.confirmed_on ? `${one.confirmed_on} 核实` : "待核实");

function overview({ flags, words }) {
  return table({ caption: "领域标志：谁说的，是否已由执法人员或专家核实", rows: flags, empty: "没有登记任何领域标志。", columns: [
    { key: "flag", title: "标志", value: one => words.field[one.flag] }, { key: "value", title: "情况", value: one => said(one.value, words) },
    { key: "by", title: "来源", value: one => words.source[one.by] || "" }, { key: "on", title: "登记日", cell: one => one.on && day(one.on) },
    { key: "status", title: "核实", value: statusOf, cell: one => h("span", { class: "tag" }, statusOf(one)) }] });
}

// ── The enterprise 申报 ──────────────────────────────────────────────────────────────────────────────────────────────
function fields({ flags, words }) {
  const standing = Object.fromEntries(flags.map(one => [one.flag, one.value]));
  return FLAGS.map(flag => {
    const common = { name: flag, title: words.field[flag] };
    if (LISTS[flag]) return { ...common, type: "choices", options: LISTS[flag].map(code => [code, words.value[code]]), value: standing[flag] };
    if (flag === "dust_workers") return { ...common, type: "number", min: 0, value: standing[flag] ?? "" };
    const options = flag === "chemical_type" ? CHEMICAL.map(code => [code, words.value[code]]) : [["true", "是"], ["false", "否"]];
    return { ...common, type: "select", options: [["", "不填"], ...options], value: standing[flag] === null || standing[flag] === undefined ? "" : String(standing[flag]) };
  });
}

// What differs from what stands, in the vocabulary's types.
function changed(values, flags) {
  const standing = Object.fromEntries(flags.map(one => [one.flag, one.value]));
  const typed = Object.fromEntries(FLAGS.filter(flag => values[flag] !== "").map(flag => [flag, flag === "dust_workers" ? Number(values[flag]) : values[flag] === "true" ? true : values[flag] === "false" ? false : values[flag]]));
  return Object.fromEntries(Object.entries(typed).filter(([flag, value]) => (Array.isArray(value) ? value.slice().sort().join() !== (standing[flag] || []).slice().sort().join() : value !== standing[flag])));
}

function declaring(place) {
  return act({
    title: "领域申报", about: "与档案不一致的才算申报。申报本身不改变等级，由镇街或区级人员核实后登记。", fields: [...fields(place), { name: "note", title: "说明", type: "long", max: 2000 }],
    review: values => review(changed(values, place.flags), place, ["镇街和区级人员会看到这份申报，并到现场核实。", "核实登记以前，等级、地图和码牌都不变；核实以后按登记的情况重新评定。"]),
    send: async (values, key) => { const to = changed(values, place.flags); if (!Object.keys(to).length) return "与档案一致，没有要申报的。"; await tell(place.id, "sector_declared", { ...to, ...known({ note: values.note }) }, key); place.again(); return null; },
  });
}

function review(to, { flags, words }, follows) {
  const standing = Object.fromEntries(flags.map(one => [one.flag, one.value]));
  const says = Object.entries(to).map(([flag, value]) => [words.field[flag], `${said(standing[flag], words)} → ${said(value, words)}`]);
  return { says: says.length ? says : [["变更", "与档案一致，没有不同"]], follows };
}

// ── The officer 核实 ─────────────────────────────────────────────────────────────────────────────────────────────────
function answering({ id, words, flags, again }, pending) {
  return pending.map(one => {
    const send = async ({ answer, note }) => {
      if (answer === "enter") await tell(id, "site_changed", { [one.flag]: one.declared.value });
      else await tell(id, "sector_confirmed", { flags: [one.flag], ...known({ note }) });
      again();
    };
    const options = [["enter", `按申报登记为“${said(one.declared.value, words)}”，立即重新评定`], one.value !== null && ["keep", `不采纳，核实仍为“${said(one.value, words)}”`]].filter(Boolean);
    return form({ title: `${words.field[one.flag]}：${said(one.value, words)} → ${said(one.declared.value, words)}（${one.declared.on} 申报）`, button: "提交",
      fields: [{ name: "answer", title: "处理", type: "choice", options, required: true }, { name: "note", title: "现场看到的情况", max: 2000 }], send });
  });
}

function confirming({ id, words, flags, again }) {
  const open = flags.filter(one => one.value !== null && !one.confirmed_on);
  if (!open.length) return h("p", { class: "soft" }, flags.length ? "登记的情况都已核实。" : "没有可核实的登记。");
  return form({ button: "核实属实", fields: [{ name: "flags", title: "现场看过，与登记一致的", type: "choices", required: true, options: open.map(one => [one.flag, `${words.field[one.flag]}：${said(one.value, words)}`]) }, { name: "note", title: "说明", max: 2000 }],
    send: async values => { await tell(id, "sector_confirmed", known(values)); again(); } });
}

function entering(place) {
  return act({
    title: "登记看到的情况", about: "与登记不符时，按看到的情况改。执法人员登记的即为已核实。", fields: fields(place),
    review: values => review(changed(values, place.flags), place, ["登记后立即重新评定：适用条款、一票否决和固有风险地图随之变化。", "以前日期的等级不变。"]),
    send: async (values, key) => { const to = changed(values, place.flags); if (!Object.keys(to).length) return "与档案一致，未提交。"; await tell(place.id, "site_changed", to, key); place.again(); return null; },
  });
}
