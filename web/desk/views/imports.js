// Tables in: choose a file and how it is read, check it or bring it in, watch it, see what is wrong with which cell.
import { Problem, get, post } from "../api.js";
import { card, h, pairs, refusal, say, show as fill } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { table } from "../parts/table.js";
import { plain } from "./site.js";

const LOOK_AGAIN_MS = 1500;
const STANDSTILL_MS = 120000;
const ENDED = ["done", "refused", "failed", "cosigning"];
const STAGES = {
  judged: "正在检查各行", compared: "正在与系统中的记录比对", permitted: "正在核对权限", judged_again: "有的行要退回，正在再检查其余各行", counted: "正在汇总结果", appended: "正在写入",
};
const MODES = [
  ["check", "只检查，不写入"],
  ["whole", "全部合格才导入（有一行有误就整份退回）"],
  ["good", "导入合格的行，退回其余的行"],
];

export async function show({ me, words, rest, query }) {
  if (rest[0]) return one(rest[0], words);
  const [{ mappings, ...limits }, { imports }] = await Promise.all([get("/imports/mappings"), get("/imports")]);
  return [
    h("h1", {}, "导入表格"),
    h("p", { class: "lead" }, "选择表格和它的格式，先检查再导入。同一份表格重复导入不会产生重复记录。"),
    card("", wish(mappings, limits, me, query.get("mapping") || "")),
    card("我的导入", list(imports, Object.fromEntries(mappings.map(one => [one.name, one.title])))),
  ];
}

function wish(mappings, limits, me, wanted) {
  const about = h("div", { class: "field", "aria-live": "polite" });
  const fields = [
    { name: "files", title: "文件", type: "files", multiple: false, required: true, accept: limits.endings.join(","), hint: `Excel 工作簿（.xlsx）或 CSV，不超过 ${megabytes(limits)} MB。编码、分隔符和表头所在行会自动识别。` },
    { name: "mapping", title: "表格格式", type: "select", required: true, value: wanted, options: [["", "请选择"], ...mappings.map(one => [one.name, one.title])] },
    { name: "mode", title: "怎样导入", type: "choice", required: true, value: "check", options: MODES },
    me.role !== "township" && { name: "reason", title: "更正原因", hint: "只在表格要更正系统中已有的记录时填写。更正须两人签署：您上传即签署，另一位有权人员在“待会签”里看过、会签以后才写入；其余各行照常导入。" },
  ];
  const made = form({ fields, button: "上传", send: async values => { refuse(values.files[0], limits); return send(values, made); } });
  const chosen = made.querySelector("select");
  chosen.closest(".field").after(about);
  const tell = () => fill(about, columns(mappings.find(one => one.name === chosen.value)));
  chosen.addEventListener("change", tell);
  tell();
  return made;
}

function columns(mapping) {
  if (!mapping) return null;
  const known = mapping.columns.map(name => (mapping.required.includes(name) ? h("b", {}, name, "（必填）") : name));
  return h("details", { open: true }, h("summary", {}, `表格应有 ${mapping.columns.length} 列`),
    h("p", { class: "hint" }, known.flatMap((name, index) => (index ? ["、", name] : [name]))),
    mapping.ignored.length > 0 && h("p", { class: "hint" }, `可以有但不读取：${mapping.ignored.join("、")}`));
}

const megabytes = limits => limits.most_bytes / 1024 / 1024;

// What cannot be read is told before it travels, and leaves no import that waits for its file.
function refuse(file, limits) {
  const known = limits.endings.some(ending => file.name.toLowerCase().endsWith(ending));
  const reason = !known ? `不是表格：只收 ${limits.endings.join(" ")}` : file.size > limits.most_bytes ? `超过 ${megabytes(limits)} MB，请分成几份` : file.size === 0 ? "文件是空的，请确认选对了文件、已经保存" : "";
  if (reason) throw new Problem({ title: "这份文件不能导入", detail: "什么都没有上传。", problems: [{ column: file.name, reason }] });
}

async function send({ files: [file], ...asked }, made) {
  const job = await post("/imports", { ...asked, filename: file.name });
  const bar = h("progress", { max: file.size, value: 0, "aria-label": "上传进度" });
  made.querySelector(".acts").append(bar);
  try {
    await upload(job.form, file, sent => { bar.value = sent; });
  } finally {
    bar.remove();
  }
  await post(`/imports/jobs/${job.job}/start`, {});
  location.hash = `#/imports/${job.job}`;
  return "已上传。";
}

// XMLHttpRequest, because fetch does not tell how much of a body has gone.
function upload(given, file, told) {
  const body = new FormData();
  for (const [name, value] of Object.entries(given.fields)) body.append(name, value);
  body.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const failed = () => reject(new Problem({ title: "没有上传成功", detail: "文件没有传完，什么都没有导入。请检查网络后再试。" }));
    request.upload.onprogress = event => told(event.loaded);
    request.onload = () => (request.status === 201 ? resolve() : failed());
    request.onerror = failed;
    request.open("POST", given.url);
    request.send(body);
  });
}

const MODE_WORDS = Object.fromEntries(MODES.map(([value, word]) => [value, word.split("（")[0]]));

function list(imports, titles) {
  return table({
    caption: "最近的导入", rows: imports, empty: "还没有导入过表格。", name: "",
    columns: [
      { key: "created_at", title: "时间", cell: row => instant(row.created_at) },
      { key: "filename", title: "文件", cell: row => h("a", { href: `#/imports/${row.job}` }, row.filename) },
      { key: "mapping", title: "格式", value: row => titles[row.mapping] || row.mapping },
      { key: "mode", title: "方式", value: row => MODE_WORDS[row.mode] },
      { key: "state_word", title: "结果", cell: row => state(row) },
      { key: "new", title: "新增", number: true, value: row => row.outcome.written ? row.outcome.new : "" },
      { key: "corrections", title: "更正", number: true, value: row => row.outcome.written ? row.outcome.corrections : "" },
      { key: "rejected", title: "有误的行", number: true, value: row => row.outcome.rejected },
    ],
  });
}

// 2020-06-30T04:00:00.000Z as Shanghai's clock shows it.
function instant(text) {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(new Date(text));
  return h("time", { class: "num", datetime: text }, shown);
}

const MARKS = { done: "✓", cosigning: "…", refused: "✕", failed: "!", waiting: "…", queued: "…", running: "…" };
const state = job => h("span", {}, h("span", { "aria-hidden": "true" }, MARKS[job.state], " "), job.state === "done" && job.mode === "check" ? "已检查" : job.state_word);

async function one(id, words) {
  const frame = h("div", {});
  const first = await get(`/imports/jobs/${id}`);
  await draw(frame, first, words);
  if (!ENDED.includes(first.state)) watch(frame, id, words);
  return [h("h1", {}, first.filename), h("p", { class: "lead" }, h("a", { href: "#/imports" }, "全部导入")), frame];
}

// Looks again until the job has ended, or the reader has gone on to something else.
function watch(frame, id, words) {
  setTimeout(async () => {
    if (!frame.isConnected) return;
    const job = await get(`/imports/jobs/${id}`).catch(() => null);
    if (job) await draw(frame, job, words);
    if (!job || !ENDED.includes(job.state)) watch(frame, id, words);
    else say(`导入结束：${job.state_word}`);
  }, LOOK_AGAIN_MS);
}

async function draw(frame, job, words) {
  if (!ENDED.includes(job.state)) return fill(frame, card("进度", progress(job)));
  if (job.state === "failed") return fill(frame, refusal({ title: "导入没有完成", message: "系统多次尝试仍未完成，管理员已收到告警。已写入的记录保留；修复后再导入一次，不会重复。" }));
  const result = await get(`/imports/jobs/${job.job}/result`);
  return fill(frame, summary(job, result), signing(job), problems(result), corrections(result, words), held(job.state === "cosigning" || job.outcome.cosign || job.mode === "check" ? result : {}, words));
}

// A worker that broke off says nothing; the server sends such a job again when somebody looks after it, as this page does.
const stands = job => job.state !== "waiting" && Date.now() - new Date(job.updated_at) > STANDSTILL_MS;

function progress(job) {
  const { stage, done = 0, total = 0 } = job.progress;
  const told = job.state === "waiting" ? "文件还没有上传。" : job.state === "queued" && !stage ? "排队中，马上开始…"
    : `${STAGES[stage] || "正在读取文件"}${done ? `：${done.toLocaleString()}${total ? ` / ${total.toLocaleString()} 条` : " 行"}` : "…"}`;
  return [h("progress", { max: total || 1, value: total ? done : null, "aria-label": "导入进度" }), h("p", { class: "num", "aria-live": "polite" }, told),
    stands(job) && h("p", { class: "refusal" }, h("b", {}, "已超过两分钟没有进展。"), "系统正在重新处理，会从中断的地方接着做，已写入的记录不会重复。"),
    h("p", { class: "hint" }, "可以离开本页，导入会继续；稍后从“我的导入”回来查看。")];
}

function summary(job, result) {
  const { outcome, downloads = {} } = job;
  const number = count => count === undefined ? "" : count.toLocaleString();
  const bad = outcome.rejected || outcome.problem_count || 0;
  const verdict = job.state === "refused" ? h("p", { class: "refusal" }, h("b", {}, "没有导入，系统中的记录没有变化。"), bad > 0 && ` ${outcome.rejected === undefined ? `有 ${number(bad)} 处问题。` : `有 ${number(bad)} 行有误，改好后再导入。`}`)
    : job.mode === "check" ? h("p", { class: bad ? "refusal" : "done" }, bad ? `检查完毕：有 ${number(bad)} 行有误，其余 ${number(outcome.rows)} 行可以导入。` : outcome.waiting ? `检查完毕：可以导入，其中 ${number(outcome.waiting)} 条记录须两人签署。` : "检查完毕：全部合格，可以导入。")
      : h("p", { class: "done" }, bad ? (outcome.rows ? `合格的行已导入，退回 ${number(bad)} 行。` : `没有一行合格，退回 ${number(bad)} 行，系统中的记录没有变化。`) : outcome.waiting ? `${outcome.new ? "其余的行已导入" : "没有可以立即写入的新记录"}，${number(outcome.waiting)} 条记录待会签。` : outcome.new || outcome.corrections ? "已全部导入。" : "表中的记录系统里都已有，没有变化。");
  return card("结果", verdict,
    pairs(["读法", outcome.reading], ["合格的行", number(outcome.rows)], [job.state === "refused" || job.mode === "check" ? "将新增记录" : "新增记录", number(outcome.new)],
      ["已有、未变", number(outcome.same)], ["更正", number(outcome.corrections)], ["待会签的记录", job.state === "cosigning" || job.mode === "check" ? number(outcome.waiting) : ""], ["退回的行", number(outcome.rejected)], ["完成时间", instant(job.updated_at)]),
    (outcome.notes || []).length > 0 && h("ul", {}, outcome.notes.map(note => h("li", {}, note))),
    h("div", { class: "acts" },
      downloads.rejects_book && h("a", { class: "button", href: downloads.rejects_book }, "下载退回的行（Excel，改好后可直接再导入）"),
      downloads.rejects && h("a", { class: downloads.rejects_book ? "line" : "button", href: downloads.rejects }, "下载退回的行（CSV，改好后可直接再导入）"),
      downloads.held && h("a", { class: "line", href: downloads.held }, "下载待会签的记录"),
      downloads.result && h("a", { class: "line", href: downloads.result }, "下载结果文件"),
      h("a", { class: "line", href: `#/imports?mapping=${result.mapping}` }, "再导入一份这样的表格")));
}

const CLOSED = { declined: "另一位人员已退回，这些记录没有写入。", withdrawn: "您已撤回，这些记录没有写入。", expired: "超过会签期限，这些记录没有写入；需要时请再导入一次。" };

// What became of the rows that two must sign.
function signing(job) {
  const { act, waiting, cosign } = job.outcome;
  if (!act) return null;
  const told = cosign ? CLOSED[cosign] : job.state === "cosigning" ? `有 ${waiting.toLocaleString()} 条记录须两人签署，您已签署，正等待另一位有权人员会签；会签以前它们不写入。` : "另一位人员已会签，待会签的记录已写入。";
  return card("会签", h("p", { class: cosign ? "refusal" : "done" }, told), h("p", {}, h("a", { href: `#/acts/${act}` }, "查看会签")));
}

// What waits for a second signature, fact by fact, as the second reads it too.
export function held(result, words) {
  const rows = result.held || [];
  if (!rows.length) return null;
  const whose = one => (one.scope === "site" ? h("a", { href: `#/site/${one.subject_id}` }, "打开场所") : one.scope === "township" ? words.township[one.subject_id] || one.subject_id : one.subject_id);
  return card("", table({
    caption: "须两人签署的记录", rows, name: "",
    columns: [
      { key: "row", title: "行", number: true, value: one => one.row || "随同" },
      { key: "kind", title: "记录", value: one => words.kind[one.kind] || one.kind },
      { key: "on", title: "日期", value: one => plain(one.on, words) },
      { key: "changes", title: "原来 → 现在", value: one => (one.says ? `新记录：${said(one.says, words)}` : changed(one.changes, words)) },
      { key: "subject_id", title: "对象", cell: whose },
    ],
  }));
}

const said = (says, words) => Object.entries(says).map(([name, value]) => `${words.field[name] || name}：${plain(value, words)}`).join("；");

function changed(changes, words) {
  const text = change => ((change ?? "") === "" ? "（空）" : plain(change, words));
  return Object.entries(changes).map(([name, [before, after]]) => `${words.field[name] || name}：${text(before)} → ${text(after)}`).join("；") || "（内容不变，随原记录重记）";
}

function problems(result) {
  if (!(result.problems || []).length) return null;
  const more = result.problem_count - result.problems.length;
  return card("", table({
    caption: more > 0 ? `前 ${result.problems.length} 处问题（共 ${result.problem_count} 处，其余见退回的行）` : "各处问题", rows: result.problems, name: "问题",
    columns: [
      { key: "row", title: "行", number: true, value: fault => fault.place.replace("row ", "") },
      { key: "column", title: "列", value: fault => fault.column },
      { key: "value", title: "内容", value: fault => fault.value },
      { key: "reason", title: "问题", value: fault => fault.reason },
    ],
  }));
}

function corrections(result, words) {
  if (!(result.corrected || []).length) return null;
  return card("", table({
    caption: "更正了什么", rows: [...result.corrected].sort((one, other) => (one.row || Infinity) - (other.row || Infinity)), name: "更正",
    columns: [
      { key: "row", title: "行", number: true, value: one => one.row || "随同" },
      { key: "kind", title: "记录", value: one => words.kind[one.kind] || one.kind },
      { key: "changes", title: "原来 → 现在", value: one => changed(one.changes, words) },
    ],
  }));
}
