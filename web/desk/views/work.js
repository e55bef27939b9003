// 工作清单: the sites of a township or the whole district, or those assigned to an expert, by colour, with what is overdue, due today, to be ordered and to be rechecked.
import { all, get } from "../api.js";
import { toSign } from "../parts/cosign.js";
import { day, h, show as fill, waiting } from "../parts/dom.js";
import { ORDER, WORDS, badge } from "../parts/grade.js";
import { table } from "../parts/table.js";

const FILTERS = [
  ["all", "全部", () => true],
  ["overdue", "有逾期隐患", row => row.overdue > 0],
  ["today", "今天到期", row => row.due_today > 0],
  ["recheck", "待复查", row => row.to_recheck > 0],
  ["order", "待下达整改", row => row.to_order > 0],
  ["reports", "举报待办", row => row.reports > 0],
  ["voice", "申诉和说明", row => row.appeal !== null || row.replies > 0],
  ["plate", "码牌待办", row => row.plate !== ""],
  ...ORDER.map(code => [code, WORDS[code], row => row.grade === code]),
];

export async function show({ me, words, query }) {
  if (me.role === "expert") {
    const { sites } = await get("/work");
    return [h("h1", {}, "指派给我的场所"), sites.length ? content(sites, "指派给我的场所", "all", {}, words) : h("p", { class: "lead" }, "还没有指派给您的场所。请联系区级工作人员。")];
  }
  const [{ townships }, signing] = await Promise.all([get("/townships"), toSign()]);
  const names = Object.fromEntries(townships.map(({ code, name }) => [code, name]));
  const own = me.role === "township" ? me.organisation : "";
  const chosen = own || query.get("township") || "";
  const list = h("div", {}, waiting());
  gather(chosen ? [chosen] : townships.map(one => one.code), list).then(
    found => fill(list, content(found, names[chosen] || "全区", query.get("only") || "all", chosen ? {} : names, words)),
    error => { fill(list, h("p", { class: "refusal", role: "alert" }, error.message)); });
  return [
    h("div", { class: "title" }, h("h1", {}, "工作清单"), h("p", { class: "soft" }, names[chosen] || "全区")),
    signing, !own && townshipPicker(townships, chosen), list,
  ];
}

// Every site of these townships, some townships at a time, page by page.
async function gather(codes, list) {
  const left = [...codes];
  const rows = [];
  const reading = {}; // by township, how many of it are here
  const told = () => fill(list, waiting(`已读取 ${rows.length + Object.values(reading).reduce((sum, count) => sum + count, 0)} 处${left.length ? `，还有 ${left.length} 个镇街` : ""}…`));
  const some = async () => {
    for (let code = left.shift(); code; code = left.shift()) {
      const found = await all(`/work?township=${code}`, "sites", count => { reading[code] = count; told(); });
      delete reading[code];
      rows.push(...found.map(row => ({ ...row, township: code })));
      told();
    }
  };
  await Promise.all([some(), some(), some()]);
  return rows;
}

function townshipPicker(townships, chosen) {
  return h("div", { class: "field narrow screen" }, h("label", { for: "township" }, "镇街"),
    h("select", { id: "township", onchange: event => { location.hash = event.target.value ? `#/work?township=${event.target.value}` : "#/work"; } },
      h("option", { value: "", selected: !chosen }, "全区"), townships.map(({ code, name }) => h("option", { value: code, selected: code === chosen }, name))));
}

function content(rows, name, first, townships, words) {
  const list = h("div");
  const buttons = FILTERS.map(([key, word, keeps]) => {
    const count = rows.filter(keeps).length;
    return h("button", { type: "button", class: "filter", "aria-pressed": "false", "data-key": key, disabled: count === 0 && key !== "all", onclick: () => choose(key) }, ORDER.includes(key) ? badge(key) : word, h("b", { class: "num" }, String(count)));
  });
  function choose(key) {
    const [, word, keeps] = FILTERS.find(([one]) => one === key) || FILTERS[0];
    buttons.forEach(button => button.setAttribute("aria-pressed", String(button.dataset.key === key)));
    fill(list, sheet(rows.filter(keeps), `${name} · ${word}`, townships, words));
  }
  choose(first);
  return [h("div", { class: "filters screen", role: "group", "aria-label": "筛选" }, buttons), list];
}

// Whose turn an appeal waits for and until when; words of the enterprise that nobody has looked through yet.
const TURN = { township: "待镇街意见", district: "待区级决定" };
const voice = row => [row.appeal && `${TURN[row.appeal.stage]}${row.appeal.due_on ? `（至 ${row.appeal.due_on}${row.appeal.late ? "，已超期" : ""}）` : ""}`, row.replies > 0 && `说明待核对 ${row.replies}`].filter(Boolean).join("；");

// By colour; of the same colour what is overdue first, then what falls due today, then what waits for the authority.
const urgency = row => ORDER.indexOf(row.grade) - [row.overdue, row.due_today, row.to_recheck + row.to_order + row.reports + (row.appeal ? 1 : 0) + row.replies].reduce((sum, count, place) => sum + Math.min(count, 9) / 10 ** (place + 1), 0);

function sheet(rows, caption, townships, words) {
  return table({
    caption, name: `工作清单-${caption.replace(" · ", "-")}`, rows, sorted: "urgency", empty: "没有符合条件的场所。",
    columns: [
      { key: "urgency", title: "等级", value: row => WORDS[row.grade], order: urgency, name: true, cell: row => badge(row.grade) },
      { key: "name", title: "场所", name: true, cell: row => h("a", { href: `#/site/${row.site_id}` }, row.name) },
      Object.keys(townships).length > 0 && { key: "township", title: "镇街", value: row => townships[row.township] },
      { key: "overdue", title: "逾期", number: true, quiet: true, cell: row => (row.overdue ? h("b", { class: "late" }, `${row.overdue} 条`) : "0") },
      { key: "due_today", title: "今天到期", number: true, quiet: true },
      { key: "to_recheck", title: "待复查", number: true, quiet: true },
      { key: "to_order", title: "待下达", number: true, quiet: true },
      { key: "reports", title: "举报待办", number: true, quiet: true, cell: row => (row.reports_late ? h("b", { class: "late" }, `${row.reports}（超期 ${row.reports_late}）`) : row.reports) },
      { key: "voice", title: "申诉说明", quiet: true, value: voice, cell: row => voice(row) && h("span", { class: row.appeal?.late ? "late" : null }, voice(row)) },
      { key: "open", title: "未销号", number: true, quiet: true, cell: row => (row.major ? `${row.open}（重大 ${row.major}）` : row.open) },
      { key: "next_on", title: "最近期限", quiet: true, cell: row => row.next_on && day(row.next_on) },
      { key: "score", title: "得分", number: true, quiet: true },
      { key: "last_inspection", title: "上次检查", quiet: true, cell: row => row.last_inspection && day(row.last_inspection) },
      { key: "plate", title: "码牌", quiet: true, value: row => words.plate_due[row.plate], cell: row => row.plate && h("span", { class: "num" }, words.plate_due[row.plate]) },
    ].filter(Boolean),
  });
}
