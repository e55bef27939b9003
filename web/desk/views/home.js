// The first page after signing in: what this role does here, and where something waits.
import { h } from "../parts/dom.js";
import { news } from "../parts/news.js";
import { roomsOf } from "../rooms.js";

export async function show({ me, words }) {
  const rooms = roomsOf(me.role, words).filter(room => room.title);
  const titles = Object.fromEntries(rooms.map(room => [room.path, h("b", {}, room.title)]));
  if (titles.objections || titles.voice) news(me).then(told => Object.entries(told).forEach(([path, words]) => titles[path].append(" ", h("small", { class: "tag" }, words))));
  return [
    h("h1", {}, "工作台"),
    h("p", { class: "lead" }, `您以${me.role_word}身份登录${me.enforcement_certificate ? "，持有行政执法证" : ""}。`),
    h("ul", { class: "rooms" }, rooms.map(room => h("li", {}, h("a", { href: `#/${room.path}` }, titles[room.path], room.about && h("span", {}, room.about))))),
  ];
}
