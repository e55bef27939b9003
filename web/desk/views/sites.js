// The sites of a township by colour.
import { all, get } from "../api.js";
import { day, h, show as fill, waiting } from "../parts/dom.js";
import { ORDER, WORDS, badge } from "../parts/grade.js";
import { table } from "../parts/table.js";

export async function show({ me, query }) {
  const { townships } = await get("/townships");
  const own = me.role === "township" ? me.organisation : "";
  const chosen = own || query.get("township") || townships[0]?.code || "";
  const list = h("div", {}, waiting());
  // Cases are not for the administrator: of a site he only erases persons.
  fillList(list, chosen, townships, me.role === "admin" ? "persons" : "site");
  return [h("h1", {}, "场所"), !own && picker(townships, chosen), list];
}

function picker(townships, chosen) {
  return h("div", { class: "field narrow" }, h("label", { for: "township" }, "镇街"),
    h("select", { id: "township", onchange: event => { location.hash = `#/sites?township=${event.target.value}`; } },
      townships.map(({ code, name }) => h("option", { value: code, selected: code === chosen }, name))));
}

async function fillList(list, township, townships, room) {
  const rows = await all(`/sites?township=${township}`, "sites", count => fill(list, waiting(`已读取 ${count} 处…`)));
  const name = townships.find(one => one.code === township)?.name || township;
  fill(list, table({
    caption: `${name}的场所`, name: `场所-${name}`, rows, sorted: "grade",
    columns: [
      { key: "grade", title: "等级", value: row => WORDS[row.grade], order: row => ORDER.indexOf(row.grade), name: true, cell: row => badge(row.grade) },
      { key: "name", title: "名称", name: true, cell: row => h("a", { href: `#/${room}/${row.site_id}` }, row.name) },
      { key: "score", title: "得分", number: true },
      { key: "as_of", title: "评定日", cell: row => day(row.as_of) },
      { key: "review_on", title: "下次变化", cell: row => row.review_on && day(row.review_on) },
    ],
  }));
}
