// 工作清单: a township's sites by colour, with what is overdue, due today, to be ordered and to be rechecked.
import { all, get } from "../api.js";
import { day, h, show as fill, waiting } from "../parts/dom.js";
import { ORDER, WORDS, badge } from "../parts/grade.js";
import { table } from "../parts/table.js";

const FILTERS = [
  ["all", "全部", () => true],
  ["overdue", "有逾期隐患", row => row.overdue > 0],
  ["today", "今天到期", row => row.due_today > 0],
  ["recheck", "待复查", row => row.to_recheck > 0],
  ["order", "待下达整改", row => row.to_order > 0],
  ...ORDER.map(code => [code, WORDS[code], row => row.grade === code]),
];

export async function show({ me, query }) {
  const { townships } = await get("/townships");
  const own = me.role === "township" ? me.organisation : "";
  const chosen = own || query.get("township") || townships[0]?.code || "";
  const name = townships.find(one => one.code === chosen)?.name || chosen;
  const list = h("div", {}, waiting());
  const rows = all(`/work?township=${chosen}`, "sites", count => fill(list, waiting(`已读取 ${count} 处…`)));
  rows.then(found => fill(list, content(found, name, query.get("only") || "all")), error => { fill(list, h("p", { class: "refusal", role: "alert" }, error.message)); });
  return [
    h("div", { class: "title" }, h("h1", {}, "工作清单"), h("p", { class: "soft" }, name)),
    !own && townshipPicker(townships, chosen), list,
  ];
}

function townshipPicker(townships, chosen) {
  return h("div", { class: "field narrow screen" }, h("label", { for: "township" }, "镇街"),
    h("select", { id: "township", onchange: event => { location.hash = `#/work?township=${event.target.value}`; } },
      townships.map(({ code, name }) => h("option", { value: code, selected: code === chosen }, name))));
}

function content(rows, name, first) {
  const list = h("div");
  const buttons = FILTERS.map(([key, word, keeps]) => {
    const count = rows.filter(keeps).length;
    return h("button", { type: "button", class: "filter", "aria-pressed": "false", "data-key": key, disabled: count === 0 && key !== "all", onclick: () => choose(key) }, ORDER.includes(key) ? badge(key) : word, h("b", { class: "num" }, String(count)));
  });
  function choose(key) {
    const [, word, keeps] = FILTERS.find(([one]) => one === key) || FILTERS[0];
    buttons.forEach(button => button.setAttribute("aria-pressed", String(button.dataset.key === key)));
    fill(list, sheet(rows.filter(keeps), `${name} · ${word}`));
  }
  choose(first);
  return [h("div", { class: "filters screen", role: "group", "aria-label": "筛选" }, buttons), list];
}

function sheet(rows, caption) {
  return table({
    caption, name: `工作清单-${caption.replace(" · ", "-")}`, rows, sorted: "urgency", empty: "没有符合条件的场所。",
    columns: [
      { key: "urgency", title: "等级", value: row => ORDER.indexOf(row.grade) - row.overdue / 100, cell: row => badge(row.grade) },
      { key: "name", title: "场所", cell: row => h("a", { href: `#/site/${row.site_id}` }, row.name) },
      { key: "score", title: "得分", number: true },
      { key: "open", title: "未销号", number: true, cell: row => (row.major ? `${row.open}（重大 ${row.major}）` : row.open) },
      { key: "overdue", title: "逾期", number: true, cell: row => (row.overdue ? h("b", { class: "late" }, `${row.overdue} 条`) : "0") },
      { key: "due_today", title: "今天到期", number: true },
      { key: "to_recheck", title: "待复查", number: true },
      { key: "next_on", title: "最近期限", cell: row => row.next_on && day(row.next_on) },
      { key: "last_inspection", title: "上次检查", cell: row => row.last_inspection && day(row.last_inspection) },
    ],
  });
}
