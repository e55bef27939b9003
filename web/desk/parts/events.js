// Facts appended by a person at the desk: one place that knows the frame of a request.
import { fresh, post } from "../api.js";

// A fact about a site. Give the same `key` again and nothing changes: a form keeps its key until it has been answered.
export const append = (siteId, kind, payload, more = {}) => post(`/sites/${siteId}/events`, { kind, payload: known(payload), key: fresh(), ...more });

// A body for a paper's facts.
export const fact = (kind, payload, more = {}) => ({ kind, payload: known(payload), key: fresh(), ...more });

// Fields that were left empty are left out.
export function known(payload) {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== "" && value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)));
}

// A day some days after another one, as ISO text.
export function later(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

// The month before the one a day lies in: "2020-06" for "2020-07-01".
export const monthBefore = day => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 2, 15)).toISOString().slice(0, 7);

export const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);
