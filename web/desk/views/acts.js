// 待会签: what a colleague has signed and waits for a second signature; what exactly is signed, by whom, what follows, sign or give back.
import { get, post } from "../api.js";
import { card, day, h, pairs, say } from "../parts/dom.js";
import { follows, line, moment, person } from "../parts/cosign.js";
import { form } from "../parts/form.js";
import { PHOTO, gallery } from "../parts/photos.js";
import { held } from "./imports.js";
import { said } from "./site.js";

export async function show({ words, rest, again }) {
  if (rest[0]) {
    const act = await get(`/acts/${rest[0]}`);
    const file = act.kind === IMPORT && !act.mine ? await get(`/imports/signing/${act.act}`) : null;
    return one(act, words, again, file);
  }
  const { to_sign, mine } = await get("/acts");
  const list = (acts, none) => (acts.length ? h("ul", { class: "hazards" }, acts.map(line)) : h("p", { class: "soft" }, none));
  return [
    h("h1", {}, "待会签"),
    h("p", { class: "lead" }, "须两人签署的事项：一人签署后，由另一位有权人员在自己的登录里会签，才写入记录。"),
    h("div", { class: "columns" }, h("div", {}, card(`等我会签（${to_sign.length} 件）`, list(to_sign, "没有等您会签的事项。"))),
      h("div", {}, card("我签署的", list(mine, "您还没有签署过须会签的事项。")))),
  ];
}

const IMPORT = "import_signed";

// The rows of a file as the second signs them; whoever sent it reads them with his import.
function rows(act, file, words) {
  if (act.kind !== IMPORT) return null;
  if (act.mine) return card("", h("p", {}, h("a", { href: `#/imports/${act.says.job}` }, "查看这份文件的导入结果")));
  const all = act.says.rows.toLocaleString();
  return [card("逐条核对", h("p", {}, act.says.rows > file.held.length ? `下面列出前 ${file.held.length.toLocaleString()} 条，全部 ${all} 条请下载后核对。` : `共 ${all} 条，下面全部列出，也可下载后核对。`),
    h("div", { class: "acts" }, h("button", { type: "button", class: "line", onclick: async () => { location.href = (await get(`/imports/signing/${act.act}/rows`)).url; } }, `下载全部 ${all} 条（CSV）`))), held(file, words)];
}

function one(act, words, again, file) {
  const where = act.scope === "site" ? h("a", { href: `#/site/${act.subject_id}` }, act.name || act.subject_id) : act.name;
  return [
    h("div", { class: "title" }, h("h1", {}, `会签：${act.title}`), h("p", {}, where)),
    standing(act, words), rows(act, file, words),
    h("div", { class: "columns" },
      h("div", {}, card("签署的内容", content(act, words)), act.appeal && card("申诉", fact(act, act.appeal, words)), act.target && card(act.appeal ? "所争议的事实" : "所涉的事实", fact(act, act.target, words)),
        card("签署以后", h("ul", { class: "follows" }, follows(act.kind, act.says).map(sentence => h("li", {}, sentence))))),
      h("div", {}, card("谁签署", signatures(act, words)), answering(act, again))),
  ];
}

function standing(act, words) {
  if (act.state === "open") return act.mine && h("p", { class: "done", role: "status" }, h("b", {}, "已签署，等待另一人会签。"), "会签以前什么都不改变。");
  if (act.state === "signed") return h("p", { class: "done", role: "status" }, h("b", {}, "两人已签署，已写入记录。"), act.second && ` 会签人：${person(act.second, words)}`);
  const told = { declined: `已退回，没有写入记录。理由：${act.reason}`, withdrawn: "签署人已撤回，没有写入记录。", expired: "超过会签期限，没有写入记录；需要时请重新签署。" };
  return h("p", { class: "refusal", role: "status" }, h("b", {}, told[act.state]));
}

function content(act, words) {
  const { corrected, ...says } = act.says;
  if (act.kind === IMPORT) return pairs(["事项", act.title], ["文件", says.filename], ["须两人签署的记录", `${says.rows.toLocaleString()} 条`], ["更正原因", says.reason]);
  return [
    pairs(["事项", act.title], ["对象", act.name], ["日期", act.occurred_on ? day(act.occurred_on) : "会签当日"]),
    said(says, words) || h("p", { class: "soft" }, "没有其他内容。"),
    corrected && [h("h3", {}, "更正为"), said(corrected, words)],
    act.evidence && gallery(act.subject_id, act.evidence.filter(name => name.startsWith(`${act.subject_id}.`)), act.title),
  ];
}

const fact = (act, one, words) => [h("p", {}, day(one.on), " ", h("b", {}, one.title), h("span", { class: "soft" }, ` ${words.source[one.by]}`)), said(one.says, words), gallery(act.subject_id, one.evidence.filter(name => PHOTO.test(name)), one.title)];

function signatures(act, words) {
  return pairs(["签署人", person(act.first, words)], ["签署时间", moment(act.prepared_at)], [act.state === "declined" ? "退回人" : "会签人", act.second ? person(act.second, words) : "等待"], ["会签期限", moment(act.open_until)], ["办结", act.ended_at && moment(act.ended_at)]);
}

function answering(act, again) {
  if (act.may.withdraw) {
    return [card("请同事会签", h("p", {}, "有权会签的人员在“待会签”里会看到这件事；也可把本页地址发给他，地址里没有任何内容："), h("p", { class: "num" }, location.href)),
      card("撤回", form({ button: "撤回这件签署", fields: [], send: async () => { await post(`/acts/${act.act}/withdraw`, {}); say("已撤回"); again(); } }))];
  }
  if (!act.may.sign) return null;
  return [
    card("会签", h("p", {}, "请核对本页的全部内容。签署即表示您亲自参与并同意，与签署人共同负责。"), form({ button: "确认并会签", fields: [], send: async () => { await post(`/acts/${act.act}/sign`, {}); say("已会签，写入记录"); again(); } })),
    h("details", { class: "card" }, h("summary", {}, "不同意，退回"), form({ button: "退回", fields: [{ name: "reason", title: "退回的理由", type: "long", required: true, max: 500, hint: "签署人会看到；不写个人姓名和电话。" }], send: async ({ reason }) => { await post(`/acts/${act.act}/decline`, { reason }); say("已退回"); again(); } })),
  ];
}
