// The enterprise's own sites: which one a view is about, and the way to another one.
import { get } from "../api.js";
import { h } from "./dom.js";

// The record of the site in the address, else of the first own one; null without any site.
export async function chosen(rest) {
  const { sites } = await get("/sites");
  const id = sites.some(one => one.site_id === rest[0]) ? rest[0] : sites[0]?.site_id;
  return id ? { id, sites, record: await get(`/sites/${id}/record`) } : null;
}

export const none = title => [h("h1", {}, title), h("p", { class: "lead" }, "本账号名下还没有场所。请联系所在镇街核对企业档案。")];

export function head(title, room, { id, sites, record }) {
  return [h("div", { class: "title" }, h("h1", {}, title), h("p", { class: "soft" }, record.identity.name)),
    sites.length > 1 && h("div", { class: "field narrow screen" }, h("label", { for: "site" }, "场所"),
      h("select", { id: "site", onchange: event => { location.hash = `#/${room}/${event.target.value}`; } },
        sites.map((one, index) => h("option", { value: one.site_id, selected: one.site_id === id }, one.name || `第 ${index + 1} 处（${one.site_id}）`))))];
}
