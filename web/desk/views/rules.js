// 评分规则: the rule set in force, the drafts with who drafted them, what each would do to every site (the shadow report, worked out by a
// job that is started and watched here), and the enactment by another person. The file itself is drafted by ./dev rules.
import { file, fresh, get, post } from "../api.js";
import { act, folded } from "../parts/act.js";
import { card, day, h, pairs, say, show as fill, waiting } from "../parts/dom.js";
import { later } from "../parts/events.js";
import { ORDER, WORDS, badge } from "../parts/grade.js";
import { table } from "../parts/table.js";

const LOOK_AGAIN_MS = 1500;
const ENDED = ["done", "refused", "failed"];

export async function show({ me, again }) {
  const [known, { shadows }] = await Promise.all([get("/rules"), me.role === "district" ? get("/rules/shadows") : { shadows: [] }]);
  return [
    h("div", { class: "title" }, h("h1", {}, "评分规则"), h("p", { class: "soft" }, `现行：${known.in_force.title} ${known.in_force.version}`)),
    card("怎样换规则",
      h("ol", { class: "follows" }, h("li", {}, "一人起草规则文件并登记"), h("li", {}, "影子评估：按新旧规则各评一遍全部场所，看哪些会变色"), h("li", {}, `另一人看过报告后发布，至少提前 ${known.notice_days} 日；起草人不得发布自己的草案`)),
      ["district", "admin"].includes(me.role) && h("p", { class: "soft" }, "规则文件由数据管理人员在命令行起草（./dev rules draft）；影子评估、看报告和发布在这里。每一步都记入不可改写的账本。")),
    known.drafts.length === 0 && card("", h("p", { class: "soft" }, "没有草案。")),
    [...known.drafts].reverse().map(draft => drafted(draft, known, me, again, shadows.find(job => job.draft === draft.draft))),
  ];
}

function stateOf(draft, today) {
  if (draft.in_force_from) return draft.in_force_from <= today ? `已发布，${draft.in_force_from} 起施行` : `已发布，自 ${draft.in_force_from} 起施行`;
  return draft.withdrawn_on ? `已撤回（${draft.withdrawn_on}）` : draft.shadows.length ? "待发布" : "待影子评估";
}

function drafted(draft, known, me, again, job) {
  const own = draft.drafted_by === me.subject;
  const open = !draft.in_force_from && !draft.withdrawn_on && me.role === "district";
  const report = draft.shadows.at(-1);
  return card(`${draft.rule_set} ${draft.version}`,
    h("p", {}, h("span", { class: "tag" }, stateOf(draft, known.on))),
    pairs(["起草", [day(draft.drafted_on), `，${own ? "您" : `编号 ${draft.drafted_by}`}`]], ["草案所定施行日", day(draft.effective_from)],
      ["发布", draft.in_force_from && `编号 ${draft.enacted_by}`], ["内容校验值", h("span", { class: "num" }, draft.hash.slice(7, 23), "…")]),
    text(draft),
    report ? shadow(report) : h("p", { class: "soft" }, "还没有影子评估报告，不能发布。"),
    open && trial(draft, job, report, known, again),
    open && report && (own ? h("p", {}, "这是您起草的规则集，须由另一人发布。") : enacting(draft, report, known, again)),
    open && folded("撤回草案", withdrawing(draft, again)));
}

// Starting the shadow report, and how far it is: the job tells of itself township by township.
function trial(draft, job, report, known, again) {
  const place = h("div", { class: "screen" });
  const stale = report && report.judged_on !== known.on;
  const start = async () => {
    fill(place, waiting());
    await post(`/rules/drafts/${draft.draft}/shadow`, {});
    await watch(place, draft, again);
  };
  const button = h("button", { type: "button", class: "line", onclick: start }, report ? "重新做影子评估" : "做影子评估");
  if (job && !ENDED.includes(job.state)) {
    told(place, job);
    setTimeout(() => watch(place, draft, again).catch(() => null), LOOK_AGAIN_MS);
    return place;
  }
  const failed = job && job.state !== "done" && (job.outcome.reason || "没有做成，请再做一次；仍不行请联系管理员");
  return fill(place, failed && h("p", { class: "bad" }, `上次影子评估：${failed}`), stale && h("p", { class: "hint" }, `这份报告按 ${report.judged_on} 的记录评估，今天的可能不同。`), h("div", { class: "acts" }, button));
}

function told(place, { state_word, progress }) {
  const { done = 0, of = 0 } = progress;
  fill(place, h("p", {}, "影子评估：", of ? `已评完 ${done}/${of} 个镇街` : state_word), h("progress", { max: of || 1, value: done, "aria-label": "影子评估进度" }),
    h("p", { class: "hint" }, "可以离开本页，做完后在这里看。"));
}

async function watch(place, draft, again) {
  const { shadows } = await get("/rules/shadows");
  const job = shadows.find(one => one.draft === draft.draft);
  if (!place.isConnected) return;
  if (ENDED.includes(job.state)) {
    say(job.state === "done" ? "影子评估已完成" : "影子评估没有做成");
    again();
    return;
  }
  told(place, job);
  setTimeout(() => watch(place, draft, again).catch(() => null), LOOK_AGAIN_MS);
}

// The file as it was handed in: to read, and to keep.
function text(draft) {
  const place = h("div", {});
  async function open() {
    fill(place, waiting());
    const found = await file(`/rules/drafts/${draft.draft}`);
    fill(place, h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "规则文件" }, h("pre", {}, await found.text())),
      h("div", { class: "acts" }, h("a", { class: "line", href: URL.createObjectURL(found), download: `${draft.rule_set}-${draft.version}.toml` }, "保存规则文件")));
  }
  return fill(place, h("div", { class: "acts screen" }, h("button", { type: "button", class: "line", onclick: open }, "查看规则文件")));
}

const steps = report => Object.entries(report.moves).map(([move, count]) => ({ from: move.split(">")[0], to: move.split(">")[1], count }));
// Uncoloured is neither better nor worse than a colour.
const WAYS = { worse: "↓ 变差", better: "↑ 变好", other: "— 赋码与未赋码之间" };
const place = code => ORDER.indexOf(code);
const wayOf = ({ from, to }) => (from === "none" || to === "none" ? "other" : place(to) < place(from) ? "worse" : "better");

// Every figure of the report is from the facts of all sites on one day; its hash is what an enactment names.
function shadow(report) {
  const moves = steps(report);
  const sum = keeps => moves.filter(keeps).reduce((total, move) => total + move.count, 0);
  const changed = sum(() => true);
  return h("div", {},
    h("h3", {}, "影子评估"),
    pairs(["评估日", day(report.judged_on)], ["场所", `${report.sites} 处`], ["会变色", h("b", {}, `${changed} 处`)], ["其中变差", `${sum(one => wayOf(one) === "worse")} 处`],
      ["报告校验值", h("span", { class: "num" }, report.report.slice(7, 23), "…")]),
    changed > 0 && table({ caption: "从什么颜色到什么颜色", name: "影子评估", rows: moves, sorted: "", columns: MOVES }),
    changed > 0 && details(report),
    changed === 0 && h("p", {}, "没有场所变色。"));
}

const MOVES = [
  { key: "from", title: "现行规则", value: row => WORDS[row.from], order: row => place(row.from), cell: row => badge(row.from) },
  { key: "to", title: "新规则", value: row => WORDS[row.to], order: row => place(row.to), cell: row => badge(row.to) },
  { key: "way", title: "变化", value: row => WAYS[wayOf(row)] },
  { key: "count", title: "场所数", number: true },
];

// By township and by sector, and the list: read when somebody opens them. A look at the list is on the record.
function details(report) {
  const where = h("div", {});
  const box = h("details", {}, h("summary", {}, "按镇街、按领域，和场所名单"), where);
  box.addEventListener("toggle", async () => {
    if (!box.open || where.firstChild) return;
    fill(where, waiting());
    const found = await get(`/rules/shadows/${report.report.replace("sha256:", "")}`).catch(error => { if (error.status === 404) return null; throw error; });
    fill(where, found ? counted(found) : h("p", { class: "soft" }, "这份报告是在命令行做的，明细在做报告的人手里；在这里重新做一次就有。"));
  });
  return box;
}

const counted = found => [
  by("镇街", found.townships),
  found.sectors.length > 0 && by("领域", found.sectors, "一处场所可以属于几个领域，各计一次。"),
  found.list && h("div", { class: "acts" }, h("a", { class: "line", href: found.list }, "下载场所名单（CSV）")),
];

function by(title, groups, hint) {
  const rows = groups.flatMap(group => steps(group).map(one => ({ ...one, name: group.name })));
  return h("div", {}, table({ caption: `按${title}`, name: `影子评估-按${title}`, rows, columns: [{ key: "name", title }, ...MOVES] }), hint && h("p", { class: "hint" }, hint));
}

function enacting(draft, report, known, again) {
  const earliest = [later(known.on, known.notice_days), draft.effective_from].sort().at(-1);
  const changed = steps(report).reduce((total, move) => total + move.count, 0);
  return act({
    title: "发布规则集", sign: "签署发布",
    fields: [{ name: "effective_from", title: "施行日", type: "date", required: true, value: earliest, min: earliest, hint: `最早 ${earliest}：发布后满 ${known.notice_days} 日，且不早于草案所定之日` }],
    review: ({ effective_from }) => ({
      says: [["规则集", `${draft.rule_set} ${draft.version}`], ["施行日", effective_from], ["影子评估", `${report.judged_on}，${report.sites} 处中 ${changed} 处变色`]],
      follows: [`${effective_from} 起，全部场所按新规则评定；此前仍按现行规则。`, "发布记入账本，不能撤销；要改回须再起草、评估、发布。", "已经发布的月份不受影响。"],
    }),
    send: async ({ effective_from }, key) => { await tell("rule_set_enacted", { effective_from, report: report.report }, draft, key); again(); },
  });
}

function withdrawing(draft, again) {
  return act({
    title: "撤回草案", sign: "撤回",
    fields: [{ name: "reason", title: "理由", type: "long", required: true }],
    review: ({ reason }) => ({ says: [["规则集", `${draft.rule_set} ${draft.version}`], ["理由", reason]], follows: ["草案不能再发布；要用须重新起草。"] }),
    send: async ({ reason }, key) => { await tell("rule_set_withdrawn", { reason }, draft, key); again(); },
  });
}

const tell = (kind, payload, draft, key = fresh()) => post("/rules/events", { kind, key, payload, caused_by: draft.draft });
