// 证照: certificates and insurances with their ends; those that end soon stand first.
import { card, day, h } from "../parts/dom.js";
import { daysBetween } from "../parts/events.js";
import { chosen, head, none } from "../parts/own.js";
import { table } from "../parts/table.js";
import { messages } from "./own.js";

export async function show({ words, rest }) {
  const own = await chosen(rest);
  if (!own) return none("证照");
  const { id, record } = own;
  const rows = record.timeline.filter(one => ["certificate", "insurance"].includes(one.kind) && !one.withdrawn_on).map(one => ({ ...one.says, days: daysBetween(record.today, one.says.valid_to) }));
  return [head("证照", "certificates", own), messages(record, id, words),
    card("全部证照和保险", table({ caption: "按到期日排列", name: "证照", rows, sorted: "valid_to", empty: "还没有登记。证照由发证和监管部门登记，如有遗漏请联系所在镇街。", columns: [
      { key: "type", title: "类型", value: row => words.value[row.type] || row.type }, { key: "number", title: "编号" },
      { key: "valid_from", title: "有效期起", cell: row => day(row.valid_from) }, { key: "valid_to", title: "有效期至", cell: row => day(row.valid_to) },
      { key: "days", title: "还有", number: true, cell: row => (row.days < 0 ? h("b", { class: "late" }, "已过期") : `${row.days} 天`) }] }),
    h("p", { class: "soft" }, "到期前 90、30、7 天各提醒一次；提醒也会发到企业登记的消息群。"))];
}
