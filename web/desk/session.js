// Who is signed in: authorization code + PKCE (RFC 7636) with the provider that /api/sign-in names. The tokens live in this
// tab's sessionStorage alone and end with it; the id token goes to our own API, the refresh token to the provider only.
const KEPT = "safety-code.session";
const BEGUN = "safety-code.sign-in";
const EARLY_SECONDS = 60;

let places = null;
let refreshing = null;

export class SessionEnded extends Error {}

const now = () => Date.now() / 1000;
const read = name => JSON.parse(sessionStorage.getItem(name) || "null");
const text64 = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const chance = () => text64(crypto.getRandomValues(new Uint8Array(32)));

async function provider() {
  if (places) return places;
  const answer = await fetch("/api/sign-in", { cache: "no-store" });
  if (!answer.ok) throw new Error("暂时无法登录，请稍后再试。");
  places = await answer.json();
  return places;
}

// Finish a sign-in if the provider has just sent the browser back. Gives a sentence when it refused, else nothing.
export async function arrive() {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return "";
  const begun = read(BEGUN);
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", location.pathname + (begun ? begun.goal : "#/"));
  if (query.has("error")) return "登录没有完成，请再试一次。";
  if (!begun || begun.state !== query.get("state")) return "登录已过期或不是从本页开始的，请再登录一次。";
  const where = await provider();
  const given = await ask(where.token_endpoint, {
    grant_type: "authorization_code", client_id: where.client_id, code: query.get("code"),
    redirect_uri: where.redirect_uri, code_verifier: begun.verifier,
  });
  if (!given) return "登录没有完成，请再试一次。";
  keep(given);
  return "";
}

// Leave for the provider's page; it sends the browser back to the view it stood at.
export async function signIn() {
  const where = await provider();
  if (location.origin + "/desk/" !== where.redirect_uri) {
    location.assign(where.redirect_uri + location.hash);
    return;
  }
  const verifier = chance();
  const state = chance();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  sessionStorage.setItem(BEGUN, JSON.stringify({ verifier, state, goal: location.hash || "#/" }));
  location.assign(where.authorization_endpoint + "?" + new URLSearchParams({
    response_type: "code", client_id: where.client_id, redirect_uri: where.redirect_uri, scope: "openid profile", state,
    code_challenge: text64(new Uint8Array(digest)), code_challenge_method: "S256", lang: "zh-CN",
  }));
}

export const signedIn = () => read(KEPT) !== null;

// The id token for the API, renewed in time. SessionEnded when nobody is signed in any more.
export async function token(renew = false) {
  const kept = read(KEPT);
  if (!kept) throw new SessionEnded();
  if (!renew && kept.until - EARLY_SECONDS > now()) return kept.id_token;
  refreshing = refreshing || refresh(kept).finally(() => { refreshing = null; });
  return refreshing;
}

async function refresh(kept) {
  const where = await provider();
  const given = kept.refresh_token && await ask(where.token_endpoint, {
    grant_type: "refresh_token", client_id: where.client_id, refresh_token: kept.refresh_token,
  });
  if (!given || !given.id_token) {
    forget();
    throw new SessionEnded();
  }
  keep({ refresh_token: kept.refresh_token, ...given });
  return given.id_token;
}

// Forget the tokens, here and at the provider.
export async function signOut() {
  const kept = read(KEPT);
  forget();
  const where = await provider();
  if (kept && kept.refresh_token && where.revocation_endpoint) {
    await ask(where.revocation_endpoint, { token: kept.refresh_token, client_id: where.client_id }).catch(() => null);
  }
  if (!where.end_session_endpoint) return location.replace("/desk/");
  const back = where.provider === "cognito" ? { client_id: where.client_id, logout_uri: where.redirect_uri }
    : { client_id: where.client_id, post_logout_redirect_uri: where.redirect_uri };
  return location.assign(where.end_session_endpoint + "?" + new URLSearchParams(back));
}

export function forget() {
  sessionStorage.removeItem(KEPT);
}

function keep(given) {
  const { id_token, refresh_token, expires_in } = given;
  sessionStorage.setItem(KEPT, JSON.stringify({ id_token, refresh_token, until: now() + (expires_in || 300) }));
}

// The provider's answer to a form; null when it refuses.
async function ask(address, fields) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), credentials: "omit", referrerPolicy: "no-referrer" });
  return answer.ok ? answer.json().catch(() => ({})) : null;
}
