// An act in two steps: fill it in, read what it does to code and history, sign. Nothing is sent before the second step, and signing
// twice is one act (the key stays). `review(values)` gives {says: [[term, value]…], follows: [sentence…]}; it may ask the server.
import { fresh } from "../api.js";
import { h, pairs, say, show } from "./dom.js";
import { form } from "./form.js";

// Where what was filled in asks for more, `more(values)` gives {title, fields} of a step between; its values come as `values.more`.
export function act({ title, about, fields, more = () => null, review, send, sign = "确认并签署" }) {
  const place = h("div");
  const check = async values => { second(values, await review(values)); };
  const first = form({ fields, button: "核对", about: title, goesOn: true, send: async values => { const further = more(values); if (further) between(values, further); else await check(values); } });
  let filled = [first];
  const back = () => h("button", { type: "button", class: "line", onclick: () => { show(place, first); first.querySelector("input,select,textarea,button").focus(); } }, "返回修改");

  // The drafts of both steps end with the signature; after a refusal they are kept again.
  const hear = name => filled.forEach(one => one.dispatchEvent(new Event(name)));
  async function signed(values, key) {
    hear("sent");
    try {
      return await send(values, key);
    } catch (error) {
      hear("input");
      throw error;
    }
  }

  function between(values, further) {
    const asked = form({ fields: further.fields, title: further.title, button: "核对", goesOn: true, send: given => check({ ...values, more: given }) });
    filled = [first, asked];
    asked.querySelector(".acts").append(back());
    show(place, asked);
    asked.querySelector("input,select,textarea").focus();
    say(further.title);
  }

  function second(values, { says, follows }) {
    const key = fresh();
    const signing = form({ fields: [], button: sign, send: () => signed(values, key) });
    signing.querySelector(".acts").append(back());
    const heading = h("h2", { class: "form-title", tabindex: "-1" }, `核对：${title}`);
    show(place, heading, pairs(...says), h("h3", {}, "签署以后"), h("ul", { class: "follows" }, follows.map(sentence => h("li", {}, sentence))), signing);
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
    say(`请核对${title}`);
  }
  return [about && h("p", { class: "soft" }, about), show(place, first)];
}

// An act that is not done every day stays folded.
export const folded = (title, ...content) => h("details", { class: "card" }, h("summary", {}, title), content);
