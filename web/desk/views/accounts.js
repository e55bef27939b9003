// 企业账号: who may sign in for an enterprise; a one-time code for its first user, printed as a slip; the end of an account.
import { get, post } from "../api.js";
import { card, h, pairs, refusal, show as fill } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { chosen, none } from "../parts/own.js";
import { print } from "../parts/print.js";
import { byWhat, fill as seek, line } from "../parts/seek.js";

const CODE = { open: "已发放，等待使用", used: "已使用", expired: "已过期", exhausted: "试错过多，已作废" };
const ACCOUNT = { active: "在用", ended: "已停用" };

export async function show({ me, words, rest, again }) {
  if (me.role === "enterprise") {
    const own = await chosen(rest);
    return own ? page(own.id, own.record.identity.name, me, again) : none("账号");
  }
  if (!rest[0]) return search(words);
  const site = await get(`/sites/${rest[0]}`);
  return page(rest[0], site.identity.name, me, again);
}

function search(words) {
  const found = h("div", { "aria-live": "polite" });
  const row = site => line(site, words, h("a", { href: `#/accounts/${site.site_id}` }, site.name));
  return [h("h1", {}, "企业账号"), h("p", { class: "lead" }, "给企业的第一位用户发放一次性激活码，或停用账号。先找到企业的一处场所："),
    card("", form({ fields: [{ name: "q", title: byWhat(words), required: true, max: 50 }], button: "查找", send: async ({ q }) => { await seek(found, { q }, row); return null; } })), found];
}

async function page(id, name, me, again) {
  const known = await get(`/sites/${id}/accounts`);
  const notice = h("div", { tabindex: "-1", class: "notice" });
  return [
    h("div", { class: "title" }, h("h1", {}, me.role === "enterprise" ? "账号" : "企业账号"), h("p", { class: "soft" }, name)),
    notice,
    h("div", { class: "columns" },
      accounts(id, known, notice, again),
      h("div", {}, known.may.issue && code(id, name, known.code, notice),
        card("说明", h("ul", { class: "ticks" }, h("li", {}, "一个企业的账号管它名下的全部场所"), h("li", {}, "停用立即生效：正在使用的登录也会被拒绝，不能恢复"), h("li", {}, "忘记密码或换人：停用旧账号，再发放新的激活码")))))];
}

function accounts(id, known, notice, again) {
  const rows = known.accounts.map(one => h("li", { class: one.state === "ended" ? "withdrawn" : null },
    h("div", {}, h("b", {}, one.name || "（登录名已删除）"), " ", h("span", { class: "tag" }, ACCOUNT[one.state]), one.own && h("span", { class: "tag" }, "您正在使用")),
    h("p", { class: "soft num" }, `${local(one.since)} 开通`, one.ended_at && `，${local(one.ended_at)} 停用`),
    one.state === "active" && known.may.end && ending(id, one, notice, again)));
  return card(`账号 ${known.accounts.filter(one => one.state === "active").length} 个在用`,
    rows.length ? h("ul", { class: "hazards" }, rows) : h("p", { class: "soft" }, "还没有账号。"));
}

// Two steps, so that nobody ends an account by a slip of the finger.
function ending(id, account, notice, again) {
  const acts = h("div", { class: "acts" });
  const first = h("button", { type: "button", class: "line", onclick: () => fill(acts, sure, back) }, "停用");
  const sure = h("button", { type: "button", class: "button", onclick: () => attempt(notice, async () => { await post(`/sites/${id}/accounts/${account.account}/end`, {}); again(); }) }, `确定停用 ${account.name}`);
  const back = h("button", { type: "button", class: "line", onclick: () => fill(acts, first) }, "不停用");
  return fill(acts, first);
}

function code(id, name, known, notice) {
  const place = h("div", {}, known ? pairs(["状态", CODE[known.state]], ["发放", local(known.issued_at)], ["有效至", local(known.expires_at)], ["试过", `${known.tries} 次`]) : h("p", { class: "soft" }, "还没有发放过。"));
  const issue = () => attempt(notice, async () => {
    const fresh = await post(`/sites/${id}/accounts/code`, {});
    const sheet = slip(fresh, name);
    fill(place, h("p", {}, "新的激活码只显示这一次，离开本页就看不到了。旧的激活码已作废。"), h("div", { class: "sheet-frame" }, sheet),
      h("div", { class: "acts screen" }, h("button", { type: "button", class: "button", onclick: () => print(sheet.cloneNode(true)) }, "打印激活单")));
  });
  return card("激活码", place, h("div", { class: "acts screen" }, h("button", { type: "button", class: known?.state === "open" ? "line" : "button", onclick: issue }, known ? "重新发放激活码" : "发放激活码")));
}

function slip(fresh, name) {
  return h("article", { class: "sheet slip" }, h("h2", {}, "企业账号激活单"), h("p", {}, `致 ${fresh.name || name} 安全负责人：`),
    h("p", {}, "请在手机或电脑的浏览器打开下面的网址，填入码牌编号和激活码，自己设置登录名和密码。"),
    pairs(["网址", h("span", { class: "num" }, fresh.page)], ["码牌编号", h("span", { class: "num" }, fresh.plate)], ["激活码", h("b", { class: "num code" }, fresh.code)], ["有效至", local(fresh.expires_at)]),
    h("p", { class: "fine" }, "只能使用一次。请当面交给安全负责人本人，不要拍照转发；激活以后请销毁。工作人员不会向您索要激活码或密码。"));
}

async function attempt(notice, act) {
  try {
    fill(notice);
    await act();
  } catch (error) {
    if (!error.faults) throw error;
    fill(notice, refusal(error));
    notice.focus();
  }
}

const local = instant => new Date(instant).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
