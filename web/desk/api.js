// Our API in plain words: every refusal becomes a Problem with a Chinese title, a sentence and each fault by its place.
import { SessionEnded, forget, token } from "./session.js";

export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title || "系统暂时出错，请稍后再试。");
    Object.assign(this, { title: document.title || "没有完成", status: document.status || 0, faults: document.problems || [], fields: document.fields || {} });
    this.code = (document.type || "").replace("urn:safety-code:", "");
    if (this.fields.sentence) this.message = this.fields.sentence;
  }
}

const OFFLINE = { title: "没有连上", detail: "网络不通或服务没有应答，内容没有提交。请检查网络后再试。", type: "urn:safety-code:offline" };

export const get = path => ask(path);
export const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
export const put = (path, body) => ask(path, { method: "PUT", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
// What is erased answers with nothing.
export const erase = path => ask(path, { method: "DELETE" }, () => null);
// A picture or a file of the API: its bytes.
export const file = path => ask(path, {}, answer => answer.blob());
// What may be sent by somebody who is not signed in.
export async function send(path, body) {
  const answer = await reach(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  if (answer.ok) return answer.json();
  throw new Problem(await answer.json().catch(() => ({ status: answer.status })));
}
// The identity of one submission: sending it again with the same key changes nothing.
export const fresh = () => crypto.randomUUID();

// Every page of a list: `rows` names its key in the answer, `told` hears how many there are so far.
export async function all(path, rows, told = () => {}) {
  const found = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(path + (cursor ? (path.includes("?") ? "&" : "?") + "cursor=" + encodeURIComponent(cursor) : ""));
    found.push(...page[rows]);
    told(found.length);
    cursor = page.cursor || null;
  }
  return found;
}

async function ask(path, given = {}, take = answer => answer.json()) {
  let answer = await signed(path, given, await token());
  if (answer.status === 401) answer = await signed(path, given, await token(true));
  if (answer.status === 401) {
    forget();
    throw new SessionEnded();
  }
  if (answer.ok) return take(answer);
  throw new Problem(await answer.json().catch(() => ({ status: answer.status })));
}

const signed = (path, given, idToken) => reach(path, { ...given, headers: { ...given.headers, Authorization: idToken } });

async function reach(path, given) {
  try {
    return await fetch("/api" + path, { cache: "no-store", ...given });
  } catch {
    throw new Problem(OFFLINE);
  }
}
