// Elements from data. Text is always text: nothing here or in a view makes markup from a string, and the page's policy
// (Trusted Types) would refuse it.
const SVG = "http://www.w3.org/2000/svg";

export function h(name, given = {}, ...children) {
  return fill(document.createElement(name), given, children);
}

export function svg(name, given = {}, ...children) {
  return fill(document.createElementNS(SVG, name), given, children);
}

function fill(element, given, children) {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== "") element.append(child);
  }
}

// The same element with other content.
export function show(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

// Tell those who hear the page what has just happened.
export function say(sentence) {
  document.getElementById("said").textContent = sentence;
}

// Pairs of term and value as a description list; pairs without a term or a value are left out.
export function pairs(...given) {
  const known = given.filter(([term, value]) => term && value !== undefined && value !== null && value !== "");
  return h("dl", { class: "pairs" }, known.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

export function card(title, ...content) {
  return h("section", { class: "card" }, title && h("h2", {}, title), content);
}

// A problem as people read it: what happened, each fault with its place, what to do.
export function refusal(problem) {
  const faults = problem.faults || [];
  return h("div", { class: "refusal", role: "alert" },
    h("b", {}, problem.title || "没有完成"), h("p", {}, problem.message),
    faults.length > 0 && h("ul", {}, faults.slice(0, 20).map(fault => h("li", {}, [fault.column || fault.place, fault.reason].filter(Boolean).join("："), fault.value && h("span", { class: "soft" }, `（${fault.value}）`)))));
}

export function waiting(sentence = "正在读取…") {
  return h("p", { class: "waiting" }, sentence);
}

// A day in words, where it stands beside a deadline with its hour.
export function date(text) {
  return h("time", { class: "num", datetime: text }, `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日`);
}

export function day(text) {
  return h("time", { class: "num", datetime: text }, text);
}
