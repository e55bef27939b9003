// Files out: the register, the cards, the records, as far as one's role sees them.
import { get, post } from "../api.js";
import { card, h, say, show as fill } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { table } from "../parts/table.js";

const LOOK_AGAIN_MS = 1500;
const ENDED = ["done", "refused", "failed"];
const DATASETS = [["cards", "安全码（等级、得分、评定日）"], ["register", "企业档案"], ["events", "监管记录（检查、隐患、处罚等）"]];
const FORMATS = [["xlsx", "Excel 工作簿（用表格软件打开）"], ["csv", "CSV（UTF-8，给其他系统）"]];

export async function show({ me }) {
  const list = h("div", {});
  const { exports } = await get("/exports");
  draw(list, exports);
  watch(list, exports);
  return [
    h("h1", {}, "导出"),
    h("p", { class: "lead" }, me.role === "township" ? "本镇街辖区内的场所。每次导出都有记录。" : "全区的场所，按您的角色可见的内容。每次导出都有记录。"),
    card("", form({
      button: "导出",
      fields: [
        { name: "dataset", title: "内容", type: "choice", required: true, value: "cards", options: DATASETS.filter(([name]) => me.role !== "admin" || name !== "events") },
        { name: "format", title: "格式", type: "choice", required: true, value: "xlsx", options: FORMATS, hint: "用 Excel 打开 CSV 会把全是数字的长编号改成科学计数，请选工作簿。" },
      ],
      send: async values => {
        await post("/exports", values);
        await look(list);
        return "已开始，完成后在下面下载。";
      },
    })),
    card("我的导出", list),
  ];
}

async function look(list) {
  const { exports } = await get("/exports");
  draw(list, exports);
  watch(list, exports);
}

// Looks again while something is on its way and the reader is still here.
function watch(list, exports) {
  clearTimeout(list.looking);
  if (exports.every(job => ENDED.includes(job.state))) return;
  list.looking = setTimeout(async () => {
    if (!list.isConnected) return;
    await look(list).catch(() => null);
    say("导出列表已更新");
  }, LOOK_AGAIN_MS);
}

const instant = text => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(new Date(text));

function draw(list, exports) {
  fill(list, table({
    caption: "文件保留 7 天", rows: exports, empty: "还没有导出过。", name: "",
    columns: [
      { key: "created_at", title: "时间", cell: row => h("time", { class: "num", datetime: row.created_at }, instant(row.created_at)) },
      { key: "title", title: "内容" },
      { key: "format", title: "格式", value: row => row.format.toUpperCase() },
      { key: "rows", title: "行数", number: true, value: row => row.outcome.rows },
      { key: "state_word", title: "文件", cell: row => (row.download ? h("a", { href: row.download }, "下载") : row.outcome.reason || (row.state === "failed" ? "失败：请再导出一次，仍不行请联系管理员" : row.state_word)) },
    ],
  }));
}
