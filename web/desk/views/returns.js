// The monthly returns of a township: what is missing and until when, enter, confirm, and the own index as things stand.
import { Problem, fresh, get, post } from "../api.js";
import { card, date, h, pairs, refusal, show as fill, waiting } from "../parts/dom.js";
import { monthBefore } from "../parts/events.js";
import { form } from "../parts/form.js";
import { colour } from "../parts/grade.js";

const STATE = { missing: "✕ 未填报", waiting: "◷ 待复核", confirmed: "✓ 已复核" };
const COLUMNS = ["镇街", "月份", "小项", "小项名称", "填报日期", "完成数", "应完成数", "级别", "附件", "复核日期", "复核人"];
const LEVEL = { national: "国家级", provincial: "省级", municipal: "市级", district: "区级" };

export async function show({ me, query, again }) {
  const { townships } = await get("/townships");
  const township = me.role === "township" ? me.organisation : query.get("township") || townships[0].code;
  const [month, book] = await due(me.today, query.get("month"), township);
  const name = townships.find(one => one.code === township)?.name || township;
  const head = [h("h1", {}, `${name} ${month} 月报`), chooser(me, townships, township, month)];
  if (book instanceof Problem) return [...head, refusal(book)];
  return [
    ...head,
    card("进度", pairs(["报送截止", h("time", { class: "num", datetime: book.timetable.freeze_at }, book.until)], ["公示稿", date(book.timetable.provisional_on)], ["异议截止", date(book.timetable.objections_until)],
      ["正式发布", date(book.timetable.final_on)], ["还缺", `${book.missing} / ${book.items.length} 项`]),
    book.holidays_missing && h("p", { class: "late" }, `系统里还没有${book.holidays_missing}年的放假调休安排：日期涉及${book.holidays_missing}年的月份还不能填报、公示。请联系管理员在年底前更新系统。`),
    !book.open && h("p", { class: "soft" }, "本月报送已截止；逾期的填报不计入。")),
    preview(month, township),
    ...book.items.map(item => entry(item, month, township, again)),
    card("用表格填报", sheet(book, month, township)),
    card("公示以后", h("p", {}, h("a", { href: `#/objections?month=${month}` }, "对公示稿的异议和决定"))),
  ];
}

// The month that was asked for, or why it cannot be shown (another one can be chosen then); else last month's as long as they are due, and then the present one's.
async function due(today, asked, township) {
  const months = asked ? [asked] : [monthBefore(today), today.slice(0, 7)];
  for (const month of months) {
    const book = await get(`/months/${month}/returns/${township}`).catch(named);
    if (book.open || month === months.at(-1)) return [month, book];
  }
}

function named(error) {
  if (error instanceof Problem) return error;
  throw error;
}

function chooser(me, townships, township, month) {
  const go = (code, when) => { location.hash = `#/returns?month=${when}&township=${code}`; };
  return h("div", { class: "field narrow" },
    h("label", { for: "month" }, "月份"), h("input", { id: "month", type: "month", value: month, onchange: event => go(township, event.target.value) }),
    me.role === "district" && [h("label", { for: "township" }, "镇街"), h("select", { id: "township", onchange: event => go(event.target.value, month) },
      townships.map(({ code, name }) => h("option", { value: code, selected: code === township }, name)))]);
}

function preview(month, township) {
  const box = h("div", {}, h("button", { class: "button", type: "button", onclick: load }, "按现有数据试算本镇街指数"));
  async function load() {
    fill(box, waiting("正在试算…"));
    const own = await get(`/months/${month}/preview/${township}`).catch(problem => { fill(box, refusal(problem)); });
    if (own) fill(box, h("p", {}, h("b", { class: "num" }, own.index ?? "—"), " 分 ", colour(own.colour), ` 原始分 ${own.raw ?? "—"}`),
      lostList(own.lost.slice(0, 10)), own.lost.length > 10 && h("details", {}, h("summary", {}, `其余 ${own.lost.length - 10} 个小项`), lostList(own.lost.slice(10))),
      h("p", { class: "soft" }, "仅供本镇街截止前自查，不含名次；以发布结果为准。同一指标有不适用小项时按比例折算，失分可能大于该项满分。"));
  }
  return card("截止前试算", box);
}

const lostList = lost => h("ul", {}, lost.map(one => h("li", {}, `${one.code} ${one.title} `, h("b", { class: "num" }, `−${one.lost}`), h("span", { class: "soft" }, ` ${one.counted}`))));

function entry(item, month, township, again) {
  const said = item.return;
  const told = said && pairs(["填报", said.counted], ["附件", said.attachment], ["填报日", said.on]);
  const send = (kind, payload, more = {}) => post(`/townships/${township}/events`, { kind, key: fresh(), payload, ...more }).then(() => again());
  const fields = [
    item.levels.length === 0 && { name: "numerator", title: item.numerator, type: "number", min: 0, required: true },
    item.denominator && { name: "denominator", title: item.denominator, type: "number", min: 1, required: true },
    item.levels.length > 0 && { name: "level", title: "级别", type: "select", options: [["", "本月没有"], ...item.levels.map(level => [level, LEVEL[level] || level])] },
    { name: "attachment", title: "附件编号", hint: "文号或附件编号（字母、数字）", required: true },
  ];
  return card(`${item.code} ${item.title}`, h("p", { class: "soft" }, `${item.points} 分 · ${item.rule}`), h("p", {}, h("b", {}, STATE[item.state])), told,
    item.state === "waiting" && form({ fields: [], button: "复核确认（须由填报人以外的人）", send: () => send("monthly_return_confirmed", {}, { caused_by: said.id }) }),
    item.state !== "confirmed" && form({
      fields, button: item.state === "missing" ? "填报" : "更正填报", about: `${month} ${township} ${item.code}`,
      send: values => send("monthly_return", {
        sub_item: item.code, month, numerator: Number(values.numerator || 0), attachment: values.attachment,
        ...(values.denominator ? { denominator: Number(values.denominator) } : {}), ...(values.level ? { level: values.level } : {}),
      }),
    }));
}

// A sheet with a line for each item that is still missing, to be filled in and brought in by the import of monthly returns.
function sheet(book, month, township) {
  const rows = book.items.filter(item => item.state === "missing").map(item => [township, month, item.code, item.title, "", "", "", "", "", "", ""]);
  const text = "\ufeff" + [COLUMNS, ...rows].map(row => row.join(",")).join("\r\n") + "\r\n";
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  return [
    h("p", { class: "soft" }, "下载空表，填好完成数、应完成数和附件编号，再上传：先检查，再导入。复核仍在本页由第二人逐项确认。"),
    h("p", {}, h("a", { class: "button", href: address, download: `月报-${township}-${month}.csv` }, `下载空表（${rows.length} 项）`), " ",
      h("a", { href: "#/imports?mapping=township_returns" }, "上传填好的表")),
  ];
}
