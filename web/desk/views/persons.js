// 负责人和联系人: who holds a site's offices. They stand outside the log, so that they can be erased; every look in clear is written down.
import { Problem, erase, get, put } from "../api.js";
import { card, day, h, show as fill, waiting } from "../parts/dom.js";
import { act, folded } from "../parts/act.js";
import { form } from "../parts/form.js";
import { chosen, head, none } from "../parts/own.js";

const OFFICES = { head: "主要负责人", safety_officer: "安全管理员", safety_deputy: "安全管理员（二）", emergency: "应急联系人" };
const ENTERS = ["enterprise", "township", "district"];
const ERASES = ["enterprise", "district", "admin"];

export async function show({ me, rest, again }) {
  const own = me.role === "enterprise" ? await chosen(rest) : { id: rest[0] };
  if (!own) return none("负责人和联系人");
  const { id } = own;
  const place = h("div", { "aria-live": "polite" }, waiting());
  const list = reveal => listed(id, reveal, me, place, again);
  if (me.role === "admin") fill(place, h("p", {}, "管理员看不到姓名和电话，只按当事人的要求抹除。"));
  else await list(false);
  return [
    own.record ? head("负责人和联系人", "persons", own) : h("div", { class: "title" }, h("h1", {}, "负责人和联系人"), me.role !== "admin" && h("p", {}, h("a", { href: `#/register/${id}` }, "企业档案"))),
    h("div", { class: "columns" },
      h("div", {}, card("在任", place)),
      h("div", {}, ENTERS.includes(me.role) && card("登记", entering(id, again)), ERASES.includes(me.role) && folded("抹除个人信息", erasing(id, again)))),
  ];
}

async function listed(id, reveal, me, place, again) {
  const { persons } = await get(`/sites/${id}/persons${reveal ? "?reveal=1" : ""}`);
  const masked = me.role === "township" && !reveal;
  fill(place, persons.length ? h("ul", { class: "plain-list" }, persons.map(one => h("li", {}, h("b", {}, one.kind), h("p", { class: "says" }, one.name, " · ", h("span", { class: "num" }, one.phone)), h("p", { class: "soft" }, day(one.on), " 登记"))))
    : h("p", { class: "soft" }, "没有登记。"),
  persons.length > 0 && masked && h("div", { class: "acts screen" }, h("button", { type: "button", class: "line", onclick: () => listed(id, true, me, place, again) }, "显示姓名和电话"), h("span", { class: "soft" }, "查看会留下记录。")),
  persons.length > 0 && (me.role === "district" || reveal) && h("p", { class: "soft" }, "这次查看已记录。"));
}

const offices = Object.entries(OFFICES);

function entering(id, again) {
  return form({
    button: "登记", clear: true,
    fields: [{ name: "office", title: "职务", type: "select", options: offices }, { name: "name", title: "姓名", required: true, max: 50 }, { name: "phone", title: "电话", type: "tel", required: true, max: 20, hint: "原任该职务的人的信息随之删去。" }],
    send: async ({ office, name, phone }) => { await put(`/sites/${id}/persons/${office}`, { name, phone }); again(); },
  });
}

function erasing(id, again) {
  return act({
    title: "抹除个人信息", fields: [{ name: "office", title: "职务", type: "choice", options: offices, required: true }], sign: "抹除",
    review: ({ office }) => ({ says: [["职务", OFFICES[office]]], follows: ["姓名和电话立即删去，没有备份副本，不能恢复。", "审计记录只写谁在何时抹除了哪个职务，不写是谁。", "监管记录、等级和它们的校验值都不变。"] }),
    send: async ({ office }) => {
      try {
        await erase(`/sites/${id}/persons/${office}`);
      } catch (error) {
        if (error instanceof Problem && error.status === 404) throw Object.assign(error, { title: "没有可抹除的", message: `没有登记${OFFICES[office]}。` });
        throw error;
      }
      again();
    },
  });
}
