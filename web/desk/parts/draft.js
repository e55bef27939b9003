// What was typed and not sent yet, so that neither an expired session nor a wrong click loses it: in this tab's sessionStorage, by
// person and address. Gone when it is sent or discarded, when the person signs out, and when another one signs in.
import { h } from "./dom.js";

const PREFIX = "safety-code.draft.";
let owner = "";

// From now on it is kept for this person; what somebody else left in this tab goes.
export function keepFor(subject) {
  owner = subject;
  forgetDrafts(name => !name.startsWith(`${PREFIX}${owner} `));
}

export function forgetDrafts(which = () => true) {
  for (const name of Object.keys(sessionStorage).filter(one => one.startsWith(PREFIX) && which(one))) sessionStorage.removeItem(name);
}

// One draft by name. Where nobody is signed in nothing is kept: what is typed there are passwords and codes.
export function draft(name) {
  const key = `${PREFIX}${owner} ${name}`;
  const drop = () => sessionStorage.removeItem(key);
  const keep = values => (owner && Object.keys(values).length ? sessionStorage.setItem(key, JSON.stringify(values)) : drop());
  return { read: () => JSON.parse((owner && sessionStorage.getItem(key)) || "{}"), keep, drop };
}

// The line that says so, and the way back to nothing.
export function restored(discard, more = "") {
  const line = h("p", { class: "restored", role: "status" }, `已恢复您刚才未提交的内容。${more}`, " ",
    h("button", { type: "button", class: "line", onclick: () => { line.remove(); discard(); } }, "清除"));
  return line;
}
