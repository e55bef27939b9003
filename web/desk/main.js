// The frame: who is signed in, the rooms of that role, and the view that the address names.
import { Problem, get } from "./api.js";
import { learn } from "./parts/grade.js";
import { forgetDrafts, keepFor } from "./parts/draft.js";
import { card, h, refusal, say, show, waiting } from "./parts/dom.js";
import { ROOMS, roomsOf } from "./rooms.js";
import { SessionEnded, arrive, signIn, signOut, signedIn } from "./session.js";

const view = document.getElementById("view");
let me = null;
let words = null;
let turn = 0;

async function begin() {
  const refused = await arrive();
  if (!signedIn()) return welcome(refused);
  [me, words] = await Promise.all([get("/me"), get("/words")]);
  learn(words.grade);
  keepFor(me.subject);
  frame();
  return route();
}

function frame() {
  document.getElementById("lines").textContent = words.lines;
  show(document.getElementById("who"), h("span", {}, me.role_word), h("button", { type: "button", class: "plain", onclick: leave }, "退出"));
  show(document.getElementById("rooms"), roomsOf(me.role, words).filter(room => room.title).map(room => h("a", { href: `#/${room.path}`, onclick: () => again(room.path) }, room.title)));
}

// The address of the room that is open does not change when its link is pressed; whoever presses it wants to see what is new.
const again = path => location.hash === `#/${path}` && route();

async function leave() {
  forgetDrafts();
  await signOut().catch(failed);
}

function welcome(reason = "") {
  show(document.getElementById("who"));
  show(document.getElementById("rooms"));
  document.title = "登录 · 安全码";
  show(view, h("div", { class: "welcome" },
    h("h1", {}, "安全码工作台"),
    h("p", {}, "执法检查人员、镇街和区级工作人员、企业安全负责人从这里登录。"),
    reason && h("p", { class: "refusal", role: "alert" }, reason),
    h("div", { class: "acts" }, h("button", { type: "button", class: "button", onclick: () => signIn().catch(failed) }, "登录")),
    h("p", {}, "企业第一次使用：", h("a", { href: "/desk/activate.html" }, "用激活码激活企业账号")),
    h("p", { class: "soft" }, "登录信息只保存在本浏览器标签页里，关闭即失效。请勿在公用电脑上停留。")));
}

// The view that the address names; an answer that comes too late, after the next click, is dropped.
async function route() {
  if (!me) return;
  const mine = turn += 1;
  const [path, asked = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  const room = roomsOf(me.role, words).find(one => one.path === name);
  mark(name);
  if (!room) return stray(name);
  const slow = setTimeout(() => mine === turn && show(view, waiting()), 150);
  try {
    const module = await room.load();
    const content = await module.show({ me, words, rest, query: new URLSearchParams(asked), again: route });
    if (mine === turn) settle(content);
  } catch (error) {
    if (mine === turn) failed(error);
  } finally {
    clearTimeout(slow);
  }
}

function settle(content) {
  show(view, content);
  for (const line of view.querySelectorAll("details .restored")) line.closest("details").open = true;
  view.dataset.room = location.hash;
  const title = view.querySelector("h1")?.textContent || "工作台";
  document.title = `${title} · 安全码`;
  say(title);
  document.getElementById("main").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function mark(name) {
  for (const link of document.querySelectorAll("#rooms a")) {
    if (link.getAttribute("href") !== `#/${name}`) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "page");
    // On a phone the rooms are a row to be pushed sideways: the one that is open is in sight.
    link.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

function stray(name) {
  const known = ROOMS.some(room => room.path === name);
  settle([h("h1", {}, known ? "没有权限" : "没有这个页面"), card("", h("p", {}, known ? "您的角色没有这一项，或者本区没有这项工作。" : "地址可能有误。"), h("p", {}, h("a", { href: "#/" }, "回到工作台")))]);
}

function failed(error) {
  if (error instanceof SessionEnded) {
    me = null;
    return welcome("登录已过期，请重新登录；登录后回到原来的页面。");
  }
  const known = error instanceof Problem ? error : { title: "页面出错", message: "请刷新后再试；仍不行请联系管理员。" };
  show(view, h("h1", {}, known.title), refusal(known), h("div", { class: "acts" }, h("button", { type: "button", class: "button", onclick: () => (me ? route() : begin().catch(failed)) }, "再试一次"), h("a", { href: "#/" }, "回到工作台")));
  if (!(error instanceof Problem)) throw error;
  return null;
}

window.addEventListener("hashchange", route);
window.addEventListener("unhandledrejection", event => {
  if (!(event.reason instanceof SessionEnded)) return;
  event.preventDefault();
  failed(event.reason);
});
begin().catch(failed);
