// A form from a list of fields: {name, title, type, options: [[value, word]], hint, required, value, min, max, step, accept, multiple, columns}.
// Its answer is sent once; while it travels the button rests, a refusal stands above the fields and has the focus. What is typed is kept
// as a draft until then (parts/draft.js); files and passwords never.
import { Problem } from "../api.js";
import { SessionEnded } from "../session.js";
import { h, refusal, show } from "./dom.js";
import { draft, restored } from "./draft.js";

let count = 0;

// `send(values)` gives what to say when it is done (text or an element), or nothing; `clear` empties the form for the next one.
// `about` names what a form is about where one address has several of the same; one that `goesOn` keeps its draft until it hears "sent".
export function form({ fields, button, send, title = "", clear = false, about = "", goesOn = false }) {
  const notice = h("div", { class: "notice", tabindex: "-1" });
  const submit = h("button", { class: "button" }, button);
  const made = fields.filter(Boolean).map(field => ({ field, element: input(field) }));
  const element = h("form", { novalidate: true, onsubmit: event => { event.preventDefault(); deliver(); } },
    title && h("h2", { class: "form-title" }, title), notice, made.map(one => one.element), h("div", { class: "acts" }, submit));

  const remembered = made.filter(({ field }) => !["files", "password"].includes(field.type));
  const blank = Object.fromEntries(remembered.map(one => [one.field.name, typed(one.field, one.element)]));
  const kept = draft([location.hash, about, title, button].join(" "));
  const keep = () => kept.keep(Object.fromEntries(remembered.map(one => [one.field.name, typed(one.field, one.element)]).filter(([name, value]) => !same(value, blank[name]))));
  element.addEventListener("input", keep);
  element.addEventListener("sent", kept.drop);
  element.addEventListener("reset", () => setTimeout(() => element.querySelectorAll("textarea").forEach(one => one.dispatchEvent(new Event("input")))));
  bringBack(element, notice, remembered, kept);

  async function deliver() {
    const missing = made.filter(({ field, element: row }) => field.required && empty(valueOf(field, row)));
    if (missing.length) return tell(refusal({ title: "还没填完", message: "请补全下列各项。", faults: missing.map(({ field }) => ({ column: field.title, reason: "必填" })) }));
    const long = made.filter(({ field, element: row }) => field.type === "long" && characters(valueOf(field, row)) > most(field));
    if (long.length) return tell(refusal({ title: "写得太长了", message: "请缩短下列各项。什么都没有提交。", faults: long.map(({ field, element: row }) => ({ column: field.title, reason: `最多 ${most(field)} 字，现在 ${characters(valueOf(field, row))} 字` })) }));
    submit.disabled = true;
    try {
      // Dropped first: a view that draws itself anew when this is done must not find it.
      if (!goesOn) kept.drop();
      const done = await send(Object.fromEntries(made.map(({ field, element: row }) => [field.name, valueOf(field, row)])));
      if (!goesOn) element.querySelector(".restored")?.remove();
      if (clear) element.reset();
      if (done) tell(h("div", { class: "done" }, done));
      else show(notice);
    } catch (error) {
      keep();
      if (error instanceof SessionEnded || !(error instanceof Problem)) throw error;
      tell(refusal(named(error, fields)));
    } finally {
      submit.disabled = false;
    }
    return null;
  }

  function tell(message) {
    show(notice, message);
    notice.focus();
  }
  return element;
}

// What the draft holds goes back into the fields that are still there.
function bringBack(element, notice, made, kept) {
  const values = kept.read();
  const found = made.filter(({ field, element: row }) => field.name in values && fill(row, [].concat(values[field.name])));
  if (!found.length) return kept.drop();
  notice.before(restored(() => {
    kept.drop();
    element.reset();
    for (const chosen of element.querySelectorAll("select")) chosen.dispatchEvent(new Event("change"));
    element.querySelector("input,select,textarea").focus();
  }));
  return null;
}

// Whether any of the values could be told again: an option may be gone.
function fill(row, values) {
  const controls = [...row.querySelectorAll("input,select,textarea")];
  const ticks = controls.filter(one => ["radio", "checkbox"].includes(one.type));
  for (const one of ticks) one.checked = values.includes(one.value) || values[0] === true;
  if (ticks.length) return true;
  const [one] = controls;
  if (one.options && ![...one.options].some(option => option.value === values[0])) return false;
  one.value = values[0];
  one.dispatchEvent(new Event("input"));
  return true;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A fault of `payload.note` is told by the words over the field.
function named(problem, fields) {
  const titles = Object.fromEntries(fields.filter(Boolean).map(field => [field.name, field.title]));
  problem.faults = problem.faults.map(fault => ({ ...fault, column: titles[(fault.column || "").replace(/^payload\./, "")] || fault.column }));
  return problem;
}

const empty = value => value === "" || value === null || (Array.isArray(value) && value.length === 0);

function input(field) {
  const id = `f${count += 1}`;
  const hint = field.hint && h("p", { class: "hint", id: `${id}-h` }, field.hint);
  const given = { id, name: field.name, required: field.required, "aria-describedby": hint ? `${id}-h` : null };
  if (field.type === "choice" || field.type === "choices") return choices(field, id, hint);
  if (field.type === "flag") return h("div", { class: "field tick" }, h("input", { ...given, type: "checkbox", checked: field.value === true }), h("label", { for: id }, field.title), hint);
  return h("div", { class: "field" }, h("label", { for: id }, field.title, field.required && h("span", { class: "must" }, "必填")), hint, control(field, given));
}

// Characters as the server counts them, of which a browser's own maxlength counts some twice; it would also cut off what is too long
// without a word. So the form counts, says so in time, and refuses.
const characters = text => [...text].length;
const most = field => field.max || 2000;

function long(field, given) {
  const said = h("p", { class: "hint num", role: "status" });
  const count = ({ target }) => { const number = characters(target.value.trim()); show(said, number > most(field) * 0.8 && h("span", { class: number > most(field) ? "late" : null }, `${number} / ${most(field)} 字`)); };
  return [h("textarea", { ...given, rows: 3, oninput: count }, field.value || ""), said];
}

function control(field, given) {
  if (field.type === "select") return h("select", given, field.options.map(([value, word]) => h("option", { value, selected: value === field.value }, word)));
  if (field.type === "long") return long(field, given);
  if (field.type === "files") return h("input", { ...given, type: "file", accept: field.accept, multiple: field.multiple !== false });
  return h("input", { ...given, type: field.type || "text", value: field.value, min: field.min, step: field.step, max: field.type === "text" ? null : field.max, autocomplete: field.autocomplete || "off", inputmode: field.inputmode });
}

function choices(field, id, hint) {
  const type = field.type === "choice" ? "radio" : "checkbox";
  const chosen = [].concat(field.value || []);
  const options = field.options.map(([value, word], index) => h("div", { class: "tick" },
    h("input", { type, name: `${id}-${field.name}`, id: `${id}-${index}`, value, checked: chosen.includes(value) }), h("label", { for: `${id}-${index}` }, word)));
  return h("fieldset", { class: "field" }, h("legend", {}, field.title, field.required && h("span", { class: "must" }, "必填")), hint, h("div", { class: "options" }, options));
}

// What is sent is trimmed; what is kept as a draft stands as it was typed.
function valueOf(field, row) {
  const value = typed(field, row);
  return typeof value === "string" && field.type !== "password" ? value.trim() : value;
}

function typed(field, row) {
  if (field.type === "choice") return row.querySelector("input:checked")?.value ?? "";
  if (field.type === "choices") return [...row.querySelectorAll("input:checked")].map(one => one.value);
  const one = row.querySelector("input,select,textarea");
  if (field.type === "flag") return one.checked;
  if (field.type === "files") return [...one.files];
  return one.value;
}
