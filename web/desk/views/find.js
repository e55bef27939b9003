// Find a site by its plate or its name. A plate is what the camera reads, or its 29 characters typed in; the scan is written down.
import { get, post } from "../api.js";
import { card, h, show as fill } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { badge } from "../parts/grade.js";

const PLATE = /[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{29}/;

export async function show() {
  const found = h("div", { "aria-live": "polite" });
  return [
    h("h1", {}, "查找"),
    h("div", { class: "columns" },
      h("div", {}, card("按名称或码牌", form({
        fields: [{ name: "q", title: "名称的一部分，或码牌上的网址、编号", required: true, autocomplete: "off" }], button: "查找",
        send: async ({ q }) => { const plate = q.match(PLATE); if (plate) return open(plate[0]); fill(found, list((await get(`/find?q=${encodeURIComponent(q)}`)).sites)); return null; },
      }), "BarcodeDetector" in window && camera()), found),
      card("扫码", h("p", {}, "用手机相机扫描现场码牌，打开公开页面后点“工作人员入口”，即到这里；每次工作扫码都会留下记录，公开页面本身不知道谁在扫。"))),
  ];
}

function list(sites) {
  if (!sites.length) return card("", h("p", {}, "没有找到。只能查找您负责范围内的场所。"));
  return card(`找到 ${sites.length} 处`, h("ul", { class: "plain-list" }, sites.map(site => h("li", {}, badge(site.grade), " ", h("a", { href: `#/site/${site.site_id}` }, site.name)))));
}

async function open(plate) {
  const scan = await post("/scans", { plate });
  location.hash = `#/site/${scan.site_id}${scan.valid ? "" : "?plate=old"}`;
  return null;
}

// Where the browser can read codes itself (Chrome on Android): the camera in the page.
function camera() {
  const stage = h("div");
  const start = h("button", { type: "button", class: "line", onclick: begin }, "打开相机扫码");
  async function begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) return fill(stage, h("p", { class: "refusal", role: "alert" }, "相机没有打开，请在浏览器里允许使用相机，或用手机自带相机扫码。"));
    const video = h("video", { playsinline: true, muted: true, class: "camera" });
    video.srcObject = stream;
    fill(stage, video);
    await video.play();
    const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
    while (video.isConnected) {
      const codes = await reader.detect(video).catch(() => []);
      const plate = codes.map(code => code.rawValue.match(PLATE)).find(Boolean);
      if (plate) {
        stream.getTracks().forEach(track => track.stop());
        return open(plate[0]);
      }
      await new Promise(done => setTimeout(done, 200));
    }
    stream.getTracks().forEach(track => track.stop());
    return null;
  }
  return h("div", { class: "acts" }, start, stage);
}
