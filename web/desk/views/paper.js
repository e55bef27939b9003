// A paper with its number as it is printed and signed, and what became of it: signed, refused, left in place. Whoever it was served on
// (and an expert) reads and prints it; what follows is for officials.
import { get } from "../api.js";
import { card, h } from "../parts/dom.js";
import { together, waitsOn } from "../parts/cosign.js";
import { append } from "../parts/events.js";
import { form } from "../parts/form.js";
import { print } from "../parts/print.js";

const TITLES = { JC: "现场检查记录", ZG: "责令限期整改指令书" };
const LEGAL = "依据《中华人民共和国安全生产法》第六十五条、第七十三条";

export async function show({ me, words, rest, again }) {
  const [id, number] = rest;
  const official = ["township", "district"].includes(me.role);
  const record = await get(`/sites/${id}/record`);
  const carriers = record.timeline.filter(one => one.says.number === number);
  const head = h("div", { class: "title" }, h("h1", {}, TITLES[number.split("-")[1]] || "文书"), h("p", {}, h("a", { href: `#/${me.role === "enterprise" ? "own" : "site"}/${id}` }, record.identity.name)));
  if (!carriers.length) return [head, card("", h("p", {}, "没有这份文书。"))];
  const root = carriers[0].kind === "inspection" ? carriers[0].id : carriers[0].answers;
  const told = new Set(carriers[0].kind === "inspection" ? [root, ...record.timeline.filter(one => one.says.inspection === root).map(one => one.id)] : carriers.map(one => one.answers));
  const waits = official && await waitsOn(root);
  const signing = record.timeline.find(one => one.kind === "paper_signed" && one.says.paper === number);
  const sheet = number.includes("-JC-") ? inspectionSheet(record, carriers[0], number, words) : orderSheet(record, carriers, number, words);
  sheet.append(signature(signing, words), h("p", { class: "fine" }, `编号 ${number}。本文书由安全码系统生成，一式两份，一份交被检查单位，一份存档。`));
  return [head,
    h("div", { class: "acts screen" }, h("button", { type: "button", class: "button", onclick: () => print(sheet.cloneNode(true)) }, "打印"),
      official && number.includes("-JC-") && record.hazards.some(one => one.next === "order") && h("a", { class: "line", href: `#/order/${id}` }, "下达整改指令书")),
    h("div", { class: "columns" }, h("div", { class: "sheet-frame", tabindex: "0", role: "region", "aria-label": "文书预览" }, sheet), h("div", { class: "screen" }, withdrawn(record.timeline.filter(one => told.has(one.id))), official && carriers[0].kind === "inspection" && joining({ id, inspection: carriers[0], record, again }), signing ? card("签收", h("p", {}, words.value[signing.says.outcome], `（${signing.on}）`)) : official && [waits, signForm({ id, number, root, today: record.today, again })]))];
}

// A served paper says what it said; what was withdrawn since, by an appeal or a correction, is told beside it.
function withdrawn(facts) {
  const gone = facts.filter(one => one?.withdrawn_on);
  return gone.length > 0 && card("此后更正", h("ul", { class: "ticks-plain" }, gone.map(one => h("li", {}, `${one.says.description || one.says.item || "这次检查"}：已于 ${one.withdrawn_on} 更正作废，不再要求办理。`))));
}

// 2020年6月5日, as papers write a day.
const dated = text => { const [year, month, date] = text.split("-").map(Number); return `${year}年${month}月${date}日`; };

// What the register said of the site when the paper was served: printed again later it says the same.
const then = (record, served, field) => record.timeline.find(one => ["site_moved", "site_changed", "site_registered"].includes(one.kind) && one.says[field] && one.at <= served.at && !(one.withdrawn_on && one.withdrawn_on <= served.on))?.says[field];

const sentence = text => (text ? text.trim().replace(/[。；，,;.]*$/, "。") : "");

// 余应急检记〔2020〕0001号: the office, the paper, the year, the number.
function written(number, words) {
  const [office, code, year, position] = number.split("-");
  const name = words.township[office] || "区级";
  return `${name}安${code === "JC" ? "检记" : "责改"}〔${year}〕${position}号`;
}

function frame(title, number, words, ...content) {
  return h("article", { class: "sheet served" }, h("h2", {}, title), h("p", { class: "number" }, written(number, words)), content);
}

function inspectionSheet(record, inspection, number, words) {
  const found = record.timeline.filter(one => one.kind === "hazard_found" && one.says.inspection === inspection.id).reverse();
  return frame("现场检查记录", number, words,
    rows(["被检查单位", then(record, inspection, "name") || record.identity.name], ["地址", then(record, inspection, "address") || record.case?.register?.address || ""], ...(words.number ? [[words.number, record.identity.uscc || ""]] : []), ["检查日期", dated(inspection.on)],
      ["检查人员", "姓名和执法证号见签名栏"], ["检查领域", (inspection.says.sectors || []).map(one => words.sector[one]).join("、")]),
    h("p", {}, "检查人员已出示执法证件，告知检查事由和被检查单位的权利义务。"),
    h("h3", {}, "检查情况"), h("p", { class: "prose-line" }, inspection.says.note || "按计划对现场进行了检查。"),
    h("h3", {}, `发现的问题和隐患（${found.length} 条）`),
    found.length ? h("ol", {}, found.map(one => h("li", {}, `${one.says.description || one.says.item || ""}（${words.value[one.says.level]}，整改期限 ${dated(one.says.deadline_on)}）`))) : h("p", {}, "未发现问题。"));
}

function orderSheet(record, orders, number, words) {
  // In the order in which they were found, as the inspection's record lists them.
  const lines = orders.map(order => ({ order, found: record.timeline.findIndex(one => one.id === order.answers) })).sort((one, other) => other.found - one.found)
    .map(({ order, found }) => ({ order, hazard: record.timeline[found]?.says }));
  return frame("责令限期整改指令书", number, words,
    h("p", {}, h("b", {}, then(record, orders[0], "name") || record.identity.name), "："),
    h("p", {}, `经查，你单位存在下列问题：`),
    h("ol", {}, lines.map(({ hazard, order }) => h("li", {}, `${hazard?.description || hazard?.item || ""}（${words.value[hazard?.level] || ""}），须于 ${dated(order.says.deadline_on)}前整改完毕。`))),
    h("p", {}, `${LEGAL}，现责令你单位按上列期限整改，达到有关法律法规规章和标准规定的要求。由此造成事故的，依法追究有关人员的责任。`),
    h("p", {}, "整改期间，你单位应当采取措施，确保安全生产。对安全生产违法行为，将依法予以行政处罚。"),
    h("p", {}, "如果不服本指令，可以依法在 60 日内申请行政复议，或者在 6 个月内依法提起行政诉讼，但本指令不停止执行，法律另有规定的除外。"),
    h("p", { class: "right" }, dated(orders[0].on)));
}

const rows = (...given) => h("table", { class: "lines" }, h("tbody", {}, given.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));

function signature(signing, words) {
  const line = name => h("div", {}, h("span", {}, name), h("i"));
  return h("div", { class: "signatures" },
    signing && signing.says.outcome !== "signed"
      ? h("p", {}, h("b", {}, `${words.value[signing.says.outcome]}：`), `${dated(signing.on)}，被检查单位${signing.says.outcome === "refused" ? "拒绝签名" : "未在场签收，文书留置送达"}。${sentence(signing.says.note)}在场执法人员 ${signing.people} 人见证。`)
      : line("被检查单位负责人（签名）："),
    line("执法人员（签名、执法证号）："), line("执法人员（签名、执法证号）："), line("日期："), h("div", { class: "seal" }, "（公章）"));
}

// The officer who was there beside the one who recorded it signs in his own session: nobody enters a colleague.
function joining({ id, inspection, record, again }) {
  const joined = record.timeline.filter(one => one.kind === "inspection_joined" && one.answers === inspection.id && !one.withdrawn_on).length;
  return card("同行执法人员", h("p", {}, joined ? `除记录人外，已有 ${joined} 人签署。` : "还没有同行人员签署。现场检查须两人以上：请同行人员登录后打开本页签署。"),
    form({ button: "我参加了这次检查", fields: [], send: async () => { await append(id, "inspection_joined", {}, { caused_by: inspection.id }); again(); } }));
}

function signForm({ id, number, root, today, again }) {
  return card("签收", h("p", { class: "soft" }, "打印后由被检查单位签名；不签的，由两名执法人员注明情况，见证的另一人登录会签。"), form({
    button: "记录签收情况",
    fields: [
      { name: "outcome", title: "情况", type: "choice", required: true, options: [["signed", "已签收"], ["refused", "拒签"], ["left_in_place", "留置送达"]] },
      { name: "note", title: "说明", type: "long", hint: "拒签的情况；不写个人姓名。" },
    ],
    send: async ({ outcome, note }) => {
      const done = await together(`/sites/${id}`, "paper_signed", { paper: number, outcome, note }, { caused_by: root, occurred_on: today });
      if (!done.act) again();
    },
  }));
}
