// Acts that two sign: what follows from them, who has signed, and what waits on a page that is about the same thing.
import { fresh, get, post } from "../api.js";
import { card, h } from "./dom.js";
import { known } from "./events.js";

// Sign an act. Where one signature is enough it is done, and the answer is its receipt; else it waits, and its page opens.
export async function together(where, kind, payload, more = {}) {
  const done = await post(`${where}/acts`, { kind, payload: known(payload), key: fresh(), ...more });
  if (done.act) location.hash = `#/acts/${done.act}`;
  return done;
}

const WITHDRAWN = ["这条登记从现在起不再算数，记录本身保留并写明作废；涉及的场所立即重新评定。", "撤回以前看到的情况仍可按当时的日期查到。"];
const FOLLOWS = {
  appeal_decided: ({ outcome, corrected }) => (outcome === "upheld"
    ? ["所争议的事实从现在起不再算数，记录本身保留并写明作废；该场所立即重新评定。", corrected ? "更正后的事实按原来的日期同时登记，以申诉为依据。" : "要照实另行登记的，请在“现场评定”或“记录检查”中登记。", "决定记入不可更改的台账，企业会收到结果。"]
    : ["等级不变，扫码页不再标明“对评定有异议”。", "决定记入不可更改的台账，企业会收到结果。"]),
  hazard_closed: () => ["这条隐患销号，不再计入未销号和逾期；该场所立即重新评定。", "签署的两人即现场核查的两人，均须持行政执法证。"],
  paper_signed: () => ["文书写明拒签或留置送达，由签署的两人见证；期限从送达之日起算。"],
  override: () => ["等级从现在起到截止日按此调整，到期自动失效；调整记入不可更改的台账。"],
  import_signed: () => ["上面列出的记录全部写入：更正的，原记录作废并保留，改正后的内容同时登记；涉及的场所立即重新评定。", "逐条核对后再会签；有一条不对就退回，由上传人改好再导入。", "会签以前又有变化的记录不写入，并告知上传人。"],
  void: () => WITHDRAWN, enterprise_void: () => WITHDRAWN, township_void: () => WITHDRAWN,
};

// What an act does to code and history, in the words that the first and the second read alike.
export const follows = (kind, says = {}) => (FOLLOWS[kind] || (() => []))(says);

export const TWO = "由您先签署，再由另一位有权人员登录会签；会签以前什么都不改变。";

export const person = (one, words) => `${one.role_word}${one.role === "township" ? ` ${words.township[one.organisation] || ""}` : ""}（编号 ${one.id}）`;

// 2020-06-30T04:00:00.000Z as Shanghai's clock shows it.
export function moment(text) {
  return h("time", { class: "num", datetime: text }, new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(new Date(text)));
}

export const line = act => h("li", {}, h("div", {}, h("a", { href: `#/acts/${act.act}` }, h("b", {}, act.title)), act.name && ` ${act.name}`, " ", h("span", { class: "tag" }, act.state_word)),
  h("p", { class: "soft" }, "签署 ", moment(act.prepared_at), act.state === "open" ? ["，有效至 ", moment(act.open_until)] : act.ended_at && ["，办结 ", moment(act.ended_at)]), act.reason && h("p", {}, `退回理由：${act.reason}`));

// What waits for one's own signature, at the head of the work list; nothing when nothing does.
export async function toSign() {
  const { to_sign } = await get("/acts");
  return to_sign.length > 0 && card(`等您会签（${to_sign.length} 件）`, h("ul", { class: "hazards" }, to_sign.map(line)));
}

// What waits about a fact (`about` is its id), so that nobody signs a second time what a colleague has only to countersign.
export async function waitsOn(about) {
  const { to_sign, mine } = await get("/acts");
  const open = [...to_sign, ...mine].filter(act => act.state === "open" && [act.caused_by, act.voids].includes(about));
  return open.length > 0 && card("待会签", h("ul", { class: "hazards" }, open.map(line)));
}
