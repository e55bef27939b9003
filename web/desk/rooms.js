// Every view of the desk: its address (#/path/argument…), who has it, and the module that shows it. A view without a title is
// reached from another one; a monthly one is there where the district has an index. See "The desk" in docs/architecture.md.
const OFFICIALS = ["township", "district"];

export const ROOMS = [
  { path: "", title: "", roles: ["enterprise", "township", "district", "expert", "admin"], load: () => import("./views/home.js") },
  { path: "work", title: "工作清单", about: "按颜色、逾期、今天到期安排检查", roles: OFFICIALS, load: () => import("./views/work.js") },
  { path: "work", title: "指派的场所", about: "指派给我评定的场所，等级和未销号隐患", roles: ["expert"], load: () => import("./views/work.js") },
  { path: "acts", title: "待会签", about: "同事签署、等我会签的事项；我签署的办到哪一步", roles: OFFICIALS, load: () => import("./views/acts.js") },
  { path: "find", title: "查找", about: "按名称、拼音、编号、码牌或位置打开一处场所的全部记录", roles: [...OFFICIALS, "expert"], load: () => import("./views/find.js") },
  { path: "scan", title: "", roles: ["township", "district", "expert", "enterprise"], load: () => import("./views/scan.js") },
  { path: "site", title: "", roles: ["township", "district", "expert"], load: () => import("./views/site.js") },
  { path: "register", title: "", roles: OFFICIALS, load: () => import("./views/register.js") },
  { path: "sectors", title: "", roles: OFFICIALS, load: () => import("./views/sectors.js") },
  { path: "persons", title: "", roles: [...OFFICIALS, "admin"], load: () => import("./views/persons.js") },
  { path: "inspect", title: "", roles: OFFICIALS, load: () => import("./views/inspect.js") },
  { path: "assess", title: "", roles: [...OFFICIALS, "expert"], load: () => import("./views/assess.js") },
  { path: "hazard", title: "", roles: OFFICIALS, load: () => import("./views/hazard.js") },
  { path: "order", title: "", roles: OFFICIALS, load: () => import("./views/order.js") },
  { path: "appeal", title: "", roles: OFFICIALS, load: () => import("./views/appeal.js") },
  { path: "paper", title: "", roles: [...OFFICIALS, "expert", "enterprise"], load: () => import("./views/paper.js") },
  { path: "own", title: "我的安全码", about: "等级、失分和原因、怎样变好、以后会怎样变", roles: ["enterprise"], load: () => import("./views/own.js") },
  { path: "self-check", title: "自查", about: "十分钟查一遍，先看看结果再提交", roles: ["enterprise"], load: () => import("./views/selfcheck.js") },
  { path: "rectify", title: "整改", about: "隐患整改前后照片，上报完成", roles: ["enterprise"], load: () => import("./views/rectify.js") },
  { path: "certificates", title: "证照", about: "有效期和到期提醒", roles: ["enterprise"], load: () => import("./views/certificates.js") },
  { path: "sectors", title: "领域申报", about: "危险化学品、粉尘、有限空间等情况，申报后由执法人员核实", roles: ["enterprise"], load: () => import("./views/sectors.js") },
  { path: "persons", title: "负责人", about: "主要负责人、安全管理员、应急联系人；可随时抹除", roles: ["enterprise"], load: () => import("./views/persons.js") },
  { path: "voice", title: "申诉与说明", about: "对等级有异议，或向公众说明", roles: ["enterprise"], load: () => import("./views/voice.js") },
  { path: "plate", title: "码牌", about: "打印本场所的码牌", roles: ["enterprise"], load: () => import("./views/plate.js") },
  { path: "accounts", title: "企业账号", about: "给企业第一位用户发放激活码，停用账号", roles: ["township", "district", "admin"], load: () => import("./views/accounts.js") },
  { path: "accounts", title: "账号", about: "谁能代表本企业登录；停用不再使用的账号", roles: ["enterprise"], load: () => import("./views/accounts.js") },
  { path: "sites", title: "场所", about: "全部场所，可排序和导出", roles: ["district", "admin"], load: () => import("./views/sites.js") },
  { path: "index", title: "指数明细", about: "每一分失在哪里：计数、具体情形，直达场所档案", roles: OFFICIALS, monthly: true, load: () => import("./views/index.js") },
  { path: "returns", title: "月报", about: "填报、复核人工小项，截止前试算指数", roles: OFFICIALS, monthly: true, load: () => import("./views/returns.js") },
  { path: "objections", title: "指数异议", about: "对公示稿提出异议、作出决定，第几个工作日", roles: OFFICIALS, monthly: true, load: () => import("./views/objections.js") },
  { path: "rules", title: "评分规则", about: "现行规则、草案和它们的影响；由另一人发布", roles: [...OFFICIALS, "expert", "admin"], load: () => import("./views/rules.js") },
  { path: "imports", title: "导入", about: "上传表格：先检查，再导入；退回有误的行", roles: ["township", "district", "admin"], load: () => import("./views/imports.js") },
  { path: "exports", title: "导出", about: "安全码、企业档案、监管记录的文件", roles: ["township", "district", "admin"], load: () => import("./views/exports.js") },
];

export const roomsOf = (role, words) => ROOMS.filter(room => room.roles.includes(role) && (words.has_index || !room.monthly));
