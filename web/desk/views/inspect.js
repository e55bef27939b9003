// 记录检查: one inspection with what was found, recorded and numbered in one step, then printed for signature.
import { get, post } from "../api.js";
import { h, card, say, show as fill } from "../parts/dom.js";
import { draft, restored } from "../parts/draft.js";
import { fact, known, later } from "../parts/events.js";
import { form } from "../parts/form.js";
import { ACCEPT, send as sendPhotos } from "../parts/photos.js";

const LEVELS = [["general", "一般"], ["major", "重大"]];

export async function show({ me, words, rest, again }) {
  const id = rest[0];
  const [record, { items }] = await Promise.all([get(`/sites/${id}/record`), get("/check-items")]);
  // Photos that were not sent yet are lost with the page; what was written beside them is not.
  const kept = draft(`inspect ${id}`);
  const before = kept.read();
  const found = (before.found || []).map(one => ({ ...one, photos: [] }));
  const begun = found.length > 0;
  const list = h("div", { "aria-live": "polite" });
  const keys = { inspection: before.key || fact("inspection", {}).key };
  const keep = () => kept.keep(found.length ? { key: keys.inspection, found: found.map(({ photos: _, names: __, ...one }) => one) } : {});
  const draw = () => fill(list, found.length ? h("ul", { class: "hazards" }, found.map((one, index) => h("li", {}, h("b", {}, one.description || one.item), ` ${words.value[one.level]}，期限 ${one.deadline_on}`, one.photos.length > 0 && `，照片 ${one.photos.length} 张`, " ",
    h("button", { type: "button", class: "line", onclick: () => { found.splice(index, 1); keep(); draw(); say("已移除"); } }, "移除")))) : h("p", { class: "soft" }, "还没有加入隐患；没有发现问题也可直接提交。"));
  draw();

  const hazard = form({
    title: "发现的隐患", button: "加入这条隐患", clear: true,
    fields: [
      { name: "description", title: "情况", type: "long", required: true, max: 2000, hint: "写明位置和问题，不写个人姓名和电话。" },
      { name: "level", title: "级别", type: "choice", options: LEVELS, value: "general", required: true },
      { name: "item", title: "对应条款", type: "select", options: [["", "不对应条款"], ...items.map(item => [item.code, `${item.code} ${item.title}`])] },
      { name: "deadline_on", title: "整改期限", type: "date", required: true, value: later(record.today, 15), min: record.today },
      { name: "photos", title: "照片（可选）", type: "files", accept: ACCEPT },
    ],
    send: async values => { found.push({ ...values, key: fact("hazard_found", {}).key }); keep(); draw(); return "已加入，可继续添加，或在下面提交整次检查。"; },
  });

  const whole = form({
    title: "检查情况", button: "提交并生成检查记录",
    fields: [
      { name: "sectors", title: "检查领域", type: "choices", options: Object.entries(words.sector) },
      { name: "nature", title: "检查性质", type: "choices", options: [["planned", "计划内检查"], ["campaign", "专项检查"], ["led_by_leader", "领导带队"]] },
      { name: "note", title: "检查内容和情况", type: "long", max: 2000 },
    ],
    send: async values => {
      const photos = [];
      for (const one of found) photos.push(one.names || (one.names = await sendPhotos(id, one.photos)));
      const flags = Object.fromEntries(values.nature.map(name => [name, true]));
      const events = [
        { ...fact("inspection", { officers: [me.subject], sectors: values.sectors, note: values.note, ...flags }), key: keys.inspection },
        ...found.map((one, index) => ({ kind: "hazard_found", key: one.key, payload: known({ level: one.level, item: one.item, description: one.description, deadline_on: one.deadline_on }), evidence: photos[index] })),
      ];
      const paper = await post(`/sites/${id}/papers`, { paper: "inspection_record", events });
      kept.drop();
      location.hash = `#/paper/${id}/${paper.number}`;
    },
  });
  return [h("div", { class: "title" }, h("h1", {}, "记录检查"), h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name))),
    h("div", { class: "columns" }, h("div", {}, card("", hazard)), h("div", {}, card("已加入的隐患", begun && restored(() => { kept.drop(); again(); }, "照片请重新加入。"), list), card("", h("p", { class: "soft" }, "现场检查须两人以上。同行人员登录后在检查记录页签署，不由他人代填。"), whole)))];
}
