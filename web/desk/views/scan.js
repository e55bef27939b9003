// From the public page to the desk: the plate is checked, the scan written down, the record opened.
import { post } from "../api.js";
import { card, h } from "../parts/dom.js";

export async function show({ rest, me }) {
  if (me.role === "enterprise") {
    location.replace("#/");
    return [h("h1", {}, "请稍候")];
  }
  const scan = await post("/scans", { plate: rest[0] || "" });
  location.replace(`#/site/${scan.site_id}${scan.valid ? "" : "?plate=old"}`);
  return [h("h1", {}, scan.name), card("", h("p", {}, "正在打开档案…"))];
}
