// Find a site: by name, pinyin or credit code, by its plate (what the camera reads, or its characters typed in; a scan is written down), or
// by a place. Every result leads to the whole record.
import { post } from "../api.js";
import { card, h, say, show as put } from "../parts/dom.js";
import { form } from "../parts/form.js";
import { byWhat, fill, line } from "../parts/seek.js";

// Look-alikes (I, L, O) are read as meant; a plate has figures, a name in pinyin has none.
const PLATE = /(?:^|\/)(?=[a-z]*\d)([0-9A-TV-Za-tv-z]{29})(?=$|[./?#])/i;
const RADII = [["200", "200 米"], ["500", "500 米"], ["1000", "1 公里"], ["3000", "3 公里"], ["10000", "10 公里"]];
const PLACE = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,， ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

export async function show({ words }) {
  const found = h("div", { "aria-live": "polite" });
  const row = site => line(site, words);
  return [
    h("h1", {}, "查找"),
    h("div", { class: "columns" },
      h("div", {}, card(`按${byWhat(words)}，或码牌`, form({
        fields: [{ name: "q", title: "要找的场所", required: true, max: 200, hint: `名称（含曾用名）的一部分，拼音全拼或首字母，${words.number ? `${words.number}的一段（4 位以上），` : ""}或码牌上的网址、编号。` }], button: "查找",
        send: async ({ q }) => { const plate = q.match(PLATE); if (plate) return open(plate[1]); await fill(found, { q }, row); return null; },
      }), "BarcodeDetector" in window && camera()), found),
      h("div", {}, card("附近的场所", nearby(found, row)),
        card("扫码", h("p", {}, "用手机相机扫描现场码牌，打开公开页面后点“工作人员入口”，即到这里；每次工作扫码都会留下记录，公开页面本身不知道谁在扫。"))))];
}

async function open(plate) {
  const scan = await post("/scans", { plate });
  location.hash = `#/site/${scan.site_id}${scan.valid ? "" : "?plate=old"}`;
  return null;
}

// The device's own position (WGS-84), or one read from a map: Chinese maps give GCJ-02.
function nearby(found, row) {
  const place = form({
    fields: [
      { name: "near", title: "位置（经度,纬度）", required: true, hint: "例如 120.0313,30.2903；或点“用本机位置”。" },
      { name: "datum", title: "坐标系", type: "select", options: [["WGS-84", "WGS-84／CGCS2000（手机定位、天地图）"], ["GCJ-02", "GCJ-02（高德、腾讯地图）"]] },
      { name: "radius", title: "范围", type: "select", options: RADII, value: "500" },
    ], button: "查找附近",
    send: async ({ near, datum, radius }) => { const point = near.match(PLACE); await fill(found, { near: point ? `${point[1]},${point[2]}` : near, datum, radius }, row); return null; },
  });
  const notice = h("p", { class: "soft", role: "status" });
  const locate = h("button", { type: "button", class: "line", onclick: () => {
    put(notice, "正在定位…");
    navigator.geolocation.getCurrentPosition(at => {
      place.querySelector("[name=near]").value = `${at.coords.longitude.toFixed(6)},${at.coords.latitude.toFixed(6)}`;
      place.querySelector("[name=datum]").value = "WGS-84";
      put(notice, `已取得位置，误差约 ${Math.round(at.coords.accuracy)} 米。`);
      say("已取得位置");
    }, () => put(notice, "没有取得位置：请允许使用位置，或手工填写经纬度。"), { enableHighAccuracy: true, timeout: 15000 });
  } }, "用本机位置");
  return [place, "geolocation" in navigator && h("div", { class: "acts" }, locate), notice];
}

// Where the browser can read codes itself (Chrome on Android): the camera in the page.
function camera() {
  const stage = h("div");
  const start = h("button", { type: "button", class: "line", onclick: begin }, "打开相机扫码");
  async function begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) return put(stage, h("p", { class: "refusal", role: "alert" }, "相机没有打开，请在浏览器里允许使用相机，或用手机自带相机扫码。"));
    const video = h("video", { playsinline: true, muted: true, class: "camera" });
    video.srcObject = stream;
    put(stage, video);
    await video.play();
    const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
    while (video.isConnected) {
      const codes = await reader.detect(video).catch(() => []);
      const plate = codes.map(code => code.rawValue.match(PLATE)).find(Boolean);
      if (plate) {
        stream.getTracks().forEach(track => track.stop());
        return open(plate[1]);
      }
      await new Promise(done => setTimeout(done, 200));
    }
    stream.getTracks().forEach(track => track.stop());
    return null;
  }
  return h("div", { class: "acts" }, start, stage);
}
