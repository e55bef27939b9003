// Every view of the desk: its address (#/path/argument…), who has it, and the module that shows it. A view without a title is
// reached from another one. See "The desk" in docs/architecture.md.
export const ROOMS = [
  { path: "", title: "", roles: ["enterprise", "township", "district", "expert", "admin"], load: () => import("./views/home.js") },
  { path: "sites", title: "场所", roles: ["township", "district", "admin"], load: () => import("./views/sites.js") },
];

export const roomsOf = role => ROOMS.filter(room => room.roles.includes(role));
