// Photos as evidence: made smaller here, sent straight to the bucket by a form that the API signs, shown by a signed address.
import { Problem, get, post } from "../api.js";
import { h, say, show as fill } from "./dom.js";

export const ACCEPT = "image/jpeg,image/png,image/webp";
const LONGEST_SIDE = 1600;
// Of the picture as it was taken; what is sent is some hundred kilobytes, and the bucket takes no more than 8 MB.
const MOST_BYTES = 40 * 1024 * 1024;

// The names under which the photos stand in the bucket, for a fact's evidence. Every file is looked at before the first one is sent.
export async function send(siteId, files) {
  const photos = [], faults = [];
  for (const file of files) {
    const photo = await smaller(file);
    if (photo) photos.push([file, photo]);
    else faults.push({ column: file.name, reason: file.size > MOST_BYTES ? "超过 40 MB" : "不是能打开的照片，只收 JPEG、PNG、WebP" });
  }
  if (faults.length) throw new Problem({ title: "这些文件不能作为照片上传", detail: "什么都没有提交。请换成照片后再试。", problems: faults });
  const names = [];
  for (const [index, [file, photo]] of photos.entries()) {
    say(`正在上传照片 ${index + 1} / ${photos.length}`);
    names.push(await sendOne(siteId, file, photo));
  }
  return names;
}

async function sendOne(siteId, file, photo) {
  const form = await post(`/sites/${siteId}/photos`, { content_type: photo.type });
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", photo);
  const answer = await fetch(form.url, { method: "POST", body, credentials: "omit" }).catch(() => null);
  if (!answer || !answer.ok) throw new Problem({ title: "照片没有传上去", detail: "照片没有保存，其余内容也没有提交。请检查网络和照片格式后再试。", problems: [{ column: file.name, reason: "上传被拒绝或中断" }] });
  return form.name;
}

// A phone's photo of 12 megapixels says no more than one of 2; where it also was taken is not kept (a redrawn picture has no EXIF).
// Null for what is too large to be opened, of another type, or named like a picture without being one.
async function smaller(file) {
  if (file.size > MOST_BYTES || !ACCEPT.split(",").includes(file.type)) return null;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise(done => canvas.toBlob(done, "image/jpeg", 0.85));
}

// Evidence that is a photo, of this site or of a record merged into it; other evidence is text.
export const PHOTO = /^[0-9A-Z]{16}\.[0-9A-Z]{20}\.(jpg|png|webp)$/;

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
