// A form for a kind of fact, made from the vocabulary (`words.form`), filled with what stands; and what was filled in, in the vocabulary's types.
const YES_NO = [["true", "是"], ["false", "否"]];
const UNKNOWN = "unknown";
// Facts show no more of a long text than this; what was cut off must not be told as if it had been said.
const CUT = 500;

const shown = (code, words) => words.value[code] || words.state[code] || words.sector[code] || words.grade[code] || words.township[code] || code;

export function fieldsOf(kind, says, words) {
  return words.form[kind].filter(one => one.control !== "kept").map(one => field(one, says[one.name], words));
}

function field(one, value, words) {
  const title = words.field[one.name] || one.name;
  const common = { name: one.name, title, required: one.required };
  const blank = one.required ? [] : [["", "不填"]];
  const unknown = one.unknown ? [[UNKNOWN, "尚不清楚"]] : [];
  if (one.control === "choice") return { ...common, type: "select", value: value ?? "", options: [...(one.required ? [["", "请选择"]] : blank), ...one.options.map(code => [code, shown(code, words)]), ...unknown] };
  if (one.control === "flag") return { ...common, type: "select", value: value === null ? UNKNOWN : value === undefined ? "" : String(value), options: [...(one.required ? [["", "请选择"]] : blank), ...YES_NO, ...unknown] };
  if (one.control === "choices") return { ...common, type: "choices", value: value || [], required: false, options: one.options.map(code => [code, shown(code, words)]) };
  if (one.control === "codes") return { ...common, value: (value || []).join("、"), hint: "多项用顿号分开" };
  if (one.control === "number" && one.unknown) return { ...common, required: false, type: "number", min: one.min, value: value ?? "", hint: one.required ? "尚不清楚的留空" : "" };
  if (one.control === "number") return { ...common, type: "number", min: one.min, value: value ?? "" };
  const cut = typeof value === "string" && value.length >= CUT;
  return { ...common, type: one.control, max: one.max, value: cut ? "" : value ?? "", hint: cut ? "原文较长，此处未全部显示，请照实重填。" : "" };
}

// The payload as it was filled in; what nobody fills in stays as it stands.
export function payloadOf(kind, values, says, words) {
  const told = words.form[kind].map(one => [one.name, one.control === "kept" ? says[one.name] : typed(one, values[one.name])]);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

function typed(one, value) {
  if (value === UNKNOWN) return null;
  if (one.control === "choices") return value.length || one.required ? value : undefined;
  if (one.control === "number" && value === "") return one.unknown && one.required ? null : undefined;
  if (value === "" || value === undefined) return undefined;
  if (one.control === "flag") return value === "true";
  if (one.control === "number") return Number(value);
  return one.control === "codes" ? value.split(/[、,，;；\s]+/).filter(Boolean) : value;
}

// What differs from what stands, as people read it.
export function changesOf(kind, payload, says, words) {
  const read = value => (value === undefined ? "（空）" : value === null ? "尚不清楚" : Array.isArray(value) ? value.map(code => shown(code, words)).join("、") || "无" : typeof value === "boolean" ? (value ? "是" : "否") : shown(String(value), words));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  return words.form[kind].filter(({ name }) => !same(payload[name], says[name])).map(({ name }) => [words.field[name] || name, `${read(says[name])} → ${read(payload[name])}`]);
}

// Findings are entered item by item, in a form of their own.
export const hasForm = (kind, words) => kind in words.form && !words.form[kind].some(one => one.name === "items");
