// One hazard on its way 已登记 → 已下达整改 → 整改中 → 待复查 → 已销号: what has happened, whose turn it is, the next act.
import { get } from "../api.js";
import { card, h, pairs } from "../parts/dom.js";
import { TWO, together, waitsOn } from "../parts/cosign.js";
import { append } from "../parts/events.js";
import { form } from "../parts/form.js";
import { ACCEPT, gallery, send as sendPhotos } from "../parts/photos.js";
import { said } from "./site.js";

const STEPS = ["registered", "ordered", "rectifying", "awaiting_recheck", "closed"];

export async function show({ me, words, rest, again }) {
  const [id, hazardId] = rest;
  const record = await get(`/sites/${id}/record`);
  const hazard = record.hazards.find(one => one.id === hazardId);
  if (!hazard) return [h("h1", {}, "没有这条隐患"), card("", h("a", { href: `#/site/${id}` }, "回到档案"))];
  const waits = await waitsOn(hazardId);
  const steps = record.timeline.filter(one => one.answers === hazardId || one.id === hazardId).reverse();
  return [
    h("div", { class: "title" }, h("h1", {}, hazard.description || hazard.item || "隐患"), h("p", {}, h("a", { href: `#/site/${id}` }, record.identity.name))),
    path(hazard.state, words),
    hazard.overdue && h("p", { class: "refusal", role: "alert" }, h("b", {}, "已逾期。"), `期限 ${hazard.deadline_on}。`),
    h("div", { class: "columns" },
      h("div", {}, card("经过", h("ol", { class: "story" }, steps.map(one => h("li", {}, h("div", { class: "when" }, one.on, " ", h("span", { class: "soft" }, words.source[one.by])), h("b", {}, words.kind[one.kind]), said(one.says, words), gallery(id, one.evidence, words.kind[one.kind]), one.says.number && h("a", { href: `#/paper/${id}/${one.says.number}` }, `文书 ${one.says.number}`)))))),
      h("div", {}, card("现状", pairs(["级别", words.value[hazard.level]], ["期限", hazard.deadline_on], ["条款", hazard.item], ["指令书", hazard.number])), waits, next(hazard, { id, me, again, today: record.today }))),
  ];
}

export function path(state, words) {
  const at = STEPS.indexOf(state);
  return h("ol", { class: "path", "aria-label": "办理进度" }, STEPS.map((step, index) => h("li", { class: index < at ? "past" : null, "aria-current": index === at ? "step" : null }, words.hazard_state[step])));
}

function next(hazard, place) {
  if (hazard.next === "order") return card("下一步", h("p", {}, "下达责令限期整改指令书。"), h("a", { class: "button", href: `#/order/${place.id}` }, "下达整改"), more("误报作废", dismissal(hazard, place)));
  if (["closed", "dismissed"].includes(hazard.state)) return card("已办结", h("p", {}, "这条隐患不再需要办理。"), h("p", {}, h("a", { href: `#/site/${place.id}` }, "回到档案")));
  return [recheck(hazard, place), more("批复延期", extension(hazard, place)), more("误报作废", dismissal(hazard, place))];
}

// A recheck that passes closes the hazard in the same act; a major one takes two officers of the district on the spot.
function recheck(hazard, { id, me, again, today }) {
  const major = hazard.level === "major";
  return card("复查", major && h("p", {}, "重大事故隐患：由区级两名以上执法人员现场核查后销号。", TWO), form({
    button: "提交复查结果",
    fields: [
      { name: "result", title: "结果", type: "choice", required: true, options: [["passed", "合格，销号"], ["failed", "不合格，继续整改"]] },
      { name: "photos", title: "复查照片", type: "files", accept: ACCEPT },
    ],
    send: async ({ result, photos }) => {
      const evidence = await sendPhotos(id, photos);
      await append(id, "recheck", { result, officers: [me.subject] }, { caused_by: hazard.id, evidence });
      const closed = result === "passed" && await together(`/sites/${id}`, "hazard_closed", { on_site: true }, { caused_by: hazard.id, evidence, occurred_on: today });
      if (!closed?.act) again();
    },
  }));
}

function extension(hazard, { id, again }) {
  return form({
    button: "批复",
    fields: [{ name: "approved", title: "批复", type: "choice", required: true, options: [["yes", "同意"], ["no", "不同意"]] }, { name: "deadline_on", title: "新期限", type: "date", min: hazard.deadline_on }],
    send: async ({ approved, deadline_on }) => { await append(id, "extension_decided", { approved: approved === "yes", deadline_on: approved === "yes" ? deadline_on : "" }, { caused_by: hazard.id }); again(); },
  });
}

// Acts that are rarely right stay folded.
const more = (title, content) => h("details", { class: "card" }, h("summary", {}, title), content);

function dismissal(hazard, { id, again }) {
  return form({ button: "作废这条隐患", fields: [{ name: "reason", title: "误报作废的理由", type: "long", required: true }], send: async ({ reason }) => { await append(id, "hazard_dismissed", { reason }, { caused_by: hazard.id }); again(); } });
}
