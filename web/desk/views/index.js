// A published month for officials: every point lost with its counts and its cases by name, each leading to where it can be dealt with.
import { file, get } from "../api.js";
import { card, day, h, pairs, refusal } from "../parts/dom.js";
import { colour } from "../parts/grade.js";
import { current } from "../parts/news.js";
import { table } from "../parts/table.js";
import { inWords } from "./objections.js";

const STATUS = { provisional: "公示稿", final: "正式", revised: "修订" };
const SITE = /^[0-9A-Z]{16}$/, ITEM = /^[A-Z]{2}[0-9]$/;

export async function show({ me, query }) {
  const out = await current(me);
  const entry = out.months.find(one => one.month === (query.get("month") || out.month));
  if (!entry) return [h("h1", {}, "指数明细"), card("", h("p", { class: "soft" }, "这个月还没有发布。"), h("p", {}, h("a", { href: "#/returns" }, "月报和截止前试算")))];
  const township = me.role === "township" ? me.organisation : query.get("township");
  return township ? ofTownship(me, out, entry, township) : ofDistrict(out, entry);
}

// The whole district: who lost what, and into each township.
async function ofDistrict(out, entry) {
  const { townships } = await get(`/releases/district/index/${entry.month}/r${entry.revision}/index.json`);
  const items = Object.fromEntries(townships.flatMap(itemsOf).map(item => [item.code, item.title]));
  return [
    heading("全区", entry), months(out, entry, ""), stands(entry, "district", "index.html"),
    card("各镇街", table({
      caption: `${entry.month} 各镇街指数和失分`, name: `指数-${entry.month}`, rows: townships, empty: "没有参加排名的镇街。",
      columns: [
        { key: "name", title: "镇街", name: true, cell: row => h("a", { href: `#/index?month=${entry.month}&township=${row.code}` }, row.name) },
        { key: "rank", title: "名次", number: true },
        { key: "index", title: "指数", number: true },
        { key: "colour", title: "颜色", cell: row => colour(row.colour) },
        { key: "cases", title: "情形（件）", number: true, value: row => itemsOf(row).reduce((sum, item) => sum + (Number(item.lost) ? item.case_count || 0 : 0), 0) },
        { key: "lost", title: "失分最多", value: row => row.lost.slice(0, 3).map(one => `${items[one.code]} −${one.lost}`).join("、") },
      ],
    })),
  ];
}

async function ofTownship(me, out, entry, township) {
  const district = me.role === "district";
  const path = district ? `district/index/${entry.month}/r${entry.revision}/townships/${township}` : `${township}/index/${entry.month}/r${entry.revision}/index`;
  const [result, book] = await Promise.all([get(`/releases/${path}.json`), get(`/months/${entry.month}/objections`)]);
  const row = result.townships[0], words = Object.fromEntries(book.items.map(item => [item.code, item]));
  const lost = row.lost.map(one => itemsOf(row).find(item => item.code === one.code));
  const open = { month: entry.month, township, labels: result.labels[township] || {}, places: (result.places || {})[township] || {} };
  return [
    heading(row.name, entry), months(out, entry, district ? township : ""),
    card("结果", h("p", {}, h("b", { class: "num" }, row.index ?? "—"), " 分 ", colour(row.colour), row.rank ? ` 第 ${row.rank} 名` : " 不排名"),
      pairs(["原始分", row.raw], ["评估系数 K", row.coefficient], ["颜色另受限制", row.overrides.map(one => one.title).join("；")])),
    stands(entry, district ? "district" : township, district ? `townships/${township}.html` : "index.html", `/index/${entry.month}/r${entry.revision}/townships/${township}.html`),
    card(`失分 ${lost.length} 个小项`, h("p", { class: "soft" }, "从多到少，评估系数之前；同一指标有不适用小项时按比例折算，失分可能大于该项满分。"), lost.length ? lost.map(item => loss(item, words[item.code], open)) : h("p", {}, "没有失分。")),
    district && h("p", {}, h("a", { href: `#/index?month=${entry.month}` }, "← 各镇街")),
  ];
}

function loss(item, words, open) {
  const cases = item.cases || [], more = (item.case_count || 0) - cases.length;
  return h("section", {},
    h("h3", {}, `${item.title} `, h("b", { class: "num" }, `−${item.lost}`), h("small", { class: "soft" }, ` ${item.code} · 满分 ${item.full}`)),
    h("p", {}, inWords(item, words)),
    cases.length > 0 && h("details", { open: cases.length <= 5 }, h("summary", {}, `具体情形 ${item.case_count} 件`),
      h("ul", {}, cases.map(id => h("li", {}, named(id, item, open))), more > 0 && h("li", { class: "soft" }, `另有 ${more} 件未列出`))));
}

// A site leads to its record, what happened at a site to its line there, a return to the month's returns, an objection to the objections.
function named(id, item, { month, township, labels, places }) {
  const name = labels[id] || id;
  const [, year, ordinal] = name.match(/(\d{4})年(\d{1,2})月月报（/) || [];
  const told = year ? `${year}-${ordinal.padStart(2, "0")}` : ITEM.test(id) && month;
  const place = SITE.test(id) ? `#/site/${id}` : places[id] ? `#/site/${places[id]}?event=${id}` : told ? `#/returns?month=${told}&township=${township}` : name.includes("异议（") && `#/objections?month=${month}`;
  return place ? h("a", { href: place }, name) : name;
}

function heading(name, entry) {
  return h("div", { class: "title" }, h("h1", {}, `${name} ${entry.month} 指数明细`), h("p", { class: "soft" }, `${STATUS[entry.status] || ""} 第 ${entry.revision} 版 · `, day(entry.on)));
}

function months(out, entry, township) {
  const go = month => { location.hash = `#/index?month=${month}${township ? `&township=${township}` : ""}`; };
  return h("div", { class: "field narrow screen" }, h("label", { for: "month" }, "月份"), h("select", { id: "month", onchange: event => go(event.target.value) },
    out.months.map(one => h("option", { value: one.month, selected: one.month === entry.month }, one.month)).reverse()));
}

// The page as everybody reads it, and the staff's own with all cases, as a file.
function stands(entry, scope, name, address = `/index/${entry.month}/r${entry.revision}/index.html`) {
  const box = h("span", {});
  async function take() {
    try {
      const link = h("a", { href: URL.createObjectURL(await file(`/releases/${scope}/index/${entry.month}/r${entry.revision}/${name}`)), download: `指数-内部版-${entry.month}-${scope}.html` });
      link.click();
    } catch (problem) {
      box.replaceChildren(refusal(problem));
    }
  }
  return h("p", { class: "screen" }, h("a", { href: address }, "公开页：变化原因、名次有多稳、追分"), " · ", h("button", { class: "line", type: "button", onclick: take }, "下载内部版网页"), box);
}

const itemsOf = row => row.indicators.flatMap(indicator => indicator.sub_items);
