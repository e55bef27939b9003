// Photos as evidence: made smaller here, sent straight to the bucket by a form that the API signs, shown by a signed address.
import { Problem, get, post } from "../api.js";
import { h, say, show as fill } from "./dom.js";

export const ACCEPT = "image/jpeg,image/png,image/webp";
const LONGEST_SIDE = 1600;
const MOST_BYTES = 8 * 1024 * 1024;

// The names under which the photos stand in the bucket, for a fact's evidence.
export async function send(siteId, files) {
  const names = [];
  for (const [index, file] of files.entries()) {
    say(`正在上传照片 ${index + 1} / ${files.length}`);
    names.push(await sendOne(siteId, file));
  }
  return names;
}

async function sendOne(siteId, file) {
  const photo = await smaller(file);
  if (photo.size > MOST_BYTES) throw new Problem({ title: "照片太大", detail: "每张不超过 8 MB。请换一张或降低分辨率。", problems: [{ column: file.name, reason: "超过大小上限" }] });
  const form = await post(`/sites/${siteId}/photos`, { content_type: photo.type });
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", photo);
  const answer = await fetch(form.url, { method: "POST", body, credentials: "omit" }).catch(() => null);
  if (!answer || !answer.ok) throw new Problem({ title: "照片没有传上去", detail: "照片没有保存，其余内容也没有提交。请检查网络和照片格式后再试。", problems: [{ column: file.name, reason: "上传被拒绝或中断" }] });
  return form.name;
}

// A phone's photo of 12 megapixels says no more than one of 2; where it also was taken is not kept (a redrawn picture has no EXIF).
async function smaller(file) {
  if (!ACCEPT.includes(file.type) || !file.type) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise(done => canvas.toBlob(blob => done(blob || file), "image/jpeg", 0.85));
}

// Small pictures that open large; one that cannot be shown says so.
export function gallery(siteId, names, title = "照片") {
  if (!names.length) return null;
  return h("ul", { class: "photos" }, names.map((name, index) => {
    const place = h("li", {}, h("span", { class: "soft" }, "正在读取照片…"));
    get(`/sites/${siteId}/photos/${name}`).then(
      ({ url }) => fill(place, h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: `${title} ${index + 1}` }))),
      () => fill(place, h("span", { class: "soft" }, "照片暂时无法显示")));
    return place;
  }));
}
