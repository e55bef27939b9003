// A table that sorts by its headings, turns pages and goes out as CSV. `columns`: {key, title, number, value(row), order(row), cell(row),
// name, quiet}; value is what is exported and sorted (the row's key by default), order what is sorted instead, cell what is seen. On a
// phone, where a row is a card, `name` is its head and what is `quiet` is left out when there is nothing to say (none, 0).
import { h, say, show } from "./dom.js";

const PAGE = 50;
const FORMULA = /^[=+\-@\t\r]/;

export function table({ caption, columns, rows, name, empty = "没有记录。", sorted = "" }) {
  const state = { rows: [...rows], page: 0, key: "", down: false };
  const body = h("tbody");
  const foot = h("div", { class: "pages" });
  const heads = columns.map(column => head(column, () => sort(column)));
  const frame = h("div", { class: "table", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, heads)), body));

  function sort(column, down = state.key === column.key && !state.down) {
    Object.assign(state, { key: column.key, down, page: 0 });
    state.rows.sort((a, b) => compare(place(column, a), place(column, b)) * (down ? -1 : 1));
    heads.forEach((cell, index) => cell.setAttribute("aria-sort", columns[index].key === column.key ? (down ? "descending" : "ascending") : "none"));
    draw();
  }

  function turn(step) {
    state.page += step;
    draw();
    say(`第 ${state.page + 1} 页`);
  }

  function draw() {
    const last = Math.max(0, Math.ceil(state.rows.length / PAGE) - 1);
    const from = state.page * PAGE;
    show(body, state.rows.length ? state.rows.slice(from, from + PAGE).map(row => h("tr", {}, columns.map(column => cell(column, row))))
      : h("tr", {}, h("td", { colspan: columns.length, class: "soft" }, empty)));
    show(foot, h("span", { class: "soft num" }, `共 ${state.rows.length} 条`),
      last > 0 && h("button", { type: "button", class: "line", disabled: state.page === 0, onclick: () => turn(-1) }, "上一页"),
      last > 0 && h("span", { class: "num" }, `${state.page + 1} / ${last + 1}`),
      last > 0 && h("button", { type: "button", class: "line", disabled: state.page === last, onclick: () => turn(1) }, "下一页"),
      name && state.rows.length > 0 && h("button", { type: "button", class: "line", onclick: () => download(`${name}.csv`, csv(columns, state.rows)) }, "导出 CSV"));
  }

  const first = columns.find(column => column.key === sorted);
  if (first) sort(first, false);
  else draw();
  return h("div", {}, frame, foot);
}

function head(column, sort) {
  return h("th", { scope: "col", class: column.number ? "n" : null, "aria-sort": "none" }, h("button", { type: "button", onclick: sort }, column.title));
}

function cell(column, row) {
  const shown = column.cell ? column.cell(row) : value(column, row);
  const kinds = [column.number && "n", column.name && "name", column.quiet && !value(column, row) && "quiet"].filter(Boolean);
  return h("td", { class: kinds.join(" ") || null, "data-title": column.title }, shown === null || shown === undefined || shown === "" ? "—" : shown);
}

const value = (column, row) => (column.value ? column.value(row) : row[column.key]);
const place = (column, row) => (column.order ? column.order(row) : value(column, row));

// Numbers as numbers, words as Chinese are sorted, what is missing last.
function compare(a, b) {
  const none = [a, b].map(one => one === null || one === undefined || one === "");
  if (none[0] || none[1]) return none[0] - none[1];
  const numbers = [Number(a), Number(b)];
  return numbers.every(Number.isFinite) ? numbers[0] - numbers[1] : String(a).localeCompare(String(b), "zh-CN");
}

// RFC 4180 with a byte order mark for spreadsheets; a cell that would be a formula there is kept as text.
export function csv(columns, rows) {
  const quoted = one => {
    const text = one === null || one === undefined ? "" : String(one);
    return '"' + (FORMULA.test(text) && !Number.isFinite(Number(text)) ? "'" + text : text).replaceAll('"', '""') + '"';
  };
  const lines = [columns.map(column => quoted(column.title)), ...rows.map(row => columns.map(column => quoted(value(column, row))))];
  return "\ufeff" + lines.map(line => line.join(",")).join("\r\n") + "\r\n";
}

export function download(name, text, type = "text/csv;charset=utf-8") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
