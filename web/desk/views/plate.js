// 码牌: the plate of an own site on one sheet, without its colour: paper cannot change.
import { file } from "../api.js";
import { card, h } from "../parts/dom.js";
import { chosen, head, none } from "../parts/own.js";
import { print } from "../parts/print.js";

export async function show({ words, rest }) {
  const own = await chosen(rest);
  if (!own) return none("码牌");
  const { id, record } = own;
  const address = URL.createObjectURL(await file(`/plates/${id}.svg`));
  const sheet = h("article", { class: "sheet plate-sheet" }, h("h2", {}, "企业安全码"), h("p", { class: "who" }, record.identity.name), h("p", {}, words.township[record.identity.township] || ""),
    h("img", { src: address, alt: "本场所安全码的二维码" }), h("p", {}, "请用手机相机扫码，查看安全等级、评定日期和依据"), h("p", {}, `发现隐患：扫码反映${words.hotline && `，或拨打 ${words.hotline}`}`),
    h("p", { class: "num" }, `码牌编号 ${record.case.plate.number}`));
  return [head("码牌", "plate", own),
    h("div", { class: "acts screen" }, h("button", { type: "button", class: "button", onclick: () => print(sheet.cloneNode(true)) }, "打印"), h("a", { class: "line", href: address, download: `码牌-${id}.svg` }, "保存二维码")),
    h("div", { class: "columns" }, h("div", { class: "sheet-frame" }, sheet), card("怎样挂", h("ul", { class: "ticks" }, h("li", {}, "A4 纸打印，挂在大门外明显处，离地 1.2–1.5 米"), h("li", {}, "码牌不含颜色：等级变了也不用换牌"), h("li", {}, "破损、遗失请联系所在镇街补发，旧牌即作废"))))];
}
