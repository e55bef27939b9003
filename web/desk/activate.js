// The first user of an enterprise: plate number and code from the slip, a sign-in name and a password. Nobody is signed in here.
import { Problem, send } from "./api.js";
import { h, show } from "./parts/dom.js";
import { form } from "./parts/form.js";

const LEAST = 12;

const fields = [
  { name: "plate", title: "码牌编号", required: true, hint: "码牌最下方的 19 位编号，激活单上也有；用手机扫码得到的网址也可以。" },
  { name: "code", title: "激活码", required: true, hint: "激活单上的 16 位字母和数字，横线可以不写。", inputmode: "text" },
  { name: "name", title: "登录名", required: true, autocomplete: "username", hint: "自己起：4–64 位小写字母、数字和 . _ @ + -，可以用邮箱；不要用手机号或身份证号。" },
  { name: "password", title: "密码", type: "password", required: true, autocomplete: "new-password", hint: `至少 ${LEAST} 位，要有大写字母、小写字母和数字，不能包含登录名。` },
  { name: "again", title: "再输一次密码", type: "password", required: true, autocomplete: "new-password" },
];

async function activate({ again, ...given }) {
  if (again !== given.password) throw new Problem({ title: "两次输入的密码不一致", detail: "请重新输入。" });
  const made = await send("/activations", given);
  show(document.getElementById("form"), h("div", { class: "done", role: "status", tabindex: "-1", id: "made" }, h("h2", {}, "激活成功"),
    h("p", {}, "您的登录名是 ", h("b", {}, made.name), "。请记住密码：系统里没有人能看到它。"), h("div", { class: "acts" }, h("a", { class: "button", href: "/desk/#/own" }, "去登录"))));
  document.getElementById("made").focus();
  return null;
}

show(document.getElementById("form"), form({ title: "填写激活单", fields, button: "激活", send: activate }));
