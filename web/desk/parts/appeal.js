// What an appeal is called at its stations, its terms, and what it may be about.
import { pairs } from "./dom.js";

export const STATES = { pending: "已提交，等待镇街意见", under_review: "区级审理中", upheld: "申诉成立", rejected: "申诉不成立", withdrawn: "已撤回" };
export const isDecided = appeal => ["upheld", "rejected"].includes(appeal.state);
export const isOpen = appeal => ["pending", "under_review"].includes(appeal.state);

const ABOUT = ["assessment", "inspection", "hazard_found", "penalty", "accident", "stop_order", "recheck"];

// Facts of the authorities that can be contested, the newest first.
export const contestable = record => record.timeline.filter(one => ABOUT.includes(one.kind) && one.by !== "self" && !one.withdrawn_on).slice(0, 50);

export const clock = appeal => pairs(["提交", appeal.filed_on], ["已过工作日", isOpen(appeal) ? `${appeal.day} 个` : null], ["镇街意见期限", appeal.opinion_due_on], ["决定期限", appeal.decision_due_on], ["办结", appeal.closed_on]);
