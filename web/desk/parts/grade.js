// A grade as word + shape + colour, as on the public pages.
import { h, svg } from "./dom.js";

const SHAPES = {
  red: ["M8 2h8l6 6v8l-6 6H8l-6-6V8z", "M8.5 8.5l7 7m0-7l-7 7"],
  orange: ["M12 3l10 18H2z", "M12 9.7v4.7m0 1.9v2.3"],
  yellow: ["M12 2l10 10-10 10L2 12z", "M8 12h8"],
  blue: ["M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z", "M7.5 12.3l3.2 3.2 6-6.4"],
  none: ["M3 3h18v18H3z", "M8 12h8"],
};
// What the grades are called; the district's own words come with everything else from /words.
export const WORDS = { red: "红码", orange: "橙码", yellow: "黄码", blue: "蓝码", none: "未赋码" };
export function learn(words) {
  Object.assign(WORDS, words);
}

// The worst first, as work is done.
export const ORDER = ["red", "orange", "yellow", "blue", "none"];

export function shape(code, size = 14) {
  const paths = (SHAPES[code] || SHAPES.none).map(d => svg("path", { d }));
  return svg("svg", { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2.6, "stroke-linejoin": "round", "aria-hidden": "true" }, paths);
}

export function badge(code, word) {
  const known = SHAPES[code] ? code : "none";
  return h("span", { class: `grade g-${known}` }, shape(known), word || WORDS[known]);
}

// The colour of a township's index: a colour, no code; without enough data none.
export const colour = code => badge(code, code === "none" ? "数据不足" : WORDS[code].replace(/码$/, ""));

// The grade of one site over the width of a card.
export function panel(code, meaning, ...more) {
  const known = SHAPES[code] ? code : "none";
  return h("div", { class: `panel g-${known}` }, shape(known, 64), h("div", {}, h("b", {}, WORDS[known]), h("p", {}, meaning), more));
}
