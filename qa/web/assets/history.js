// Conversations kept in this browser, per course: one key each, so that two tabs do not overwrite one another.
// A conversation is {v, id, title, time, turns}; a turn is the JSON that the server made of it (stored.py).

const VERSION = 1;
const MOST = 30; // conversations of a course
const MOST_TURNS = 40;
const LONGEST = 600_000; // characters of a conversation's turns; the server takes a million bytes
const memory = new Map(); // where the browser allows no storage
let blocked = false;

const prefix = (course) => `tanya-materi:${VERSION}:${course}:`;
export const keyOf = (course, id) => prefix(course) + id;

// A conversation from what is stored of it, null where that is none.
export function parse(text) {
  try {
    const found = JSON.parse(text);
    const whole = found && found.v === VERSION && typeof found.id === "string" && Array.isArray(found.turns);
    return whole && found.turns.length && found.turns.every((turn) => typeof turn?.question === "string") ? found : null;
  } catch {
    return null; // not ours, or of another version
  }
}

function keys(course) {
  const all = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at));
  return all.filter((key) => key?.startsWith(prefix(course)));
}

const stored = (course) => keys(course).map((key) => parse(localStorage.getItem(key))).filter(Boolean);

// Newest first.
export function conversations(course) {
  let found = [...memory.values()].filter((one) => one.course === course);
  try {
    found = found.concat(stored(course).filter((one) => !memory.has(one.id)));
  } catch {
    blocked = true;
  }
  return found.sort((a, b) => b.time - a.time);
}

// The turns of a conversation that another tab changed from `before` to `after`: the other tab's, then those that only
// this one has; what fell off the stored front stays in front.
export function merged(turns, before, after) {
  const theirs = new Set([...before, ...after].map((turn) => turn.id));
  const mine = (part) => part.filter((turn) => !theirs.has(turn.id));
  const first = turns.findIndex((turn) => theirs.has(turn.id));
  return first < 0 ? [...after, ...turns] : [...mine(turns.slice(0, first)), ...after, ...mine(turns.slice(first))];
}

export const conversation = (course, id) => conversations(course).find((one) => one.id === id);

// The newest turns, as many as the server takes at once.
export function fitting(turns) {
  let kept = turns.slice(-MOST_TURNS);
  while (kept.length > 1 && JSON.stringify(kept).length > LONGEST) kept = kept.slice(1);
  return kept;
}

// False where the browser keeps nothing: then the conversation lives as long as the page.
export function save(course, { id, title, turns }) {
  const kept = { v: VERSION, id, course, title, time: Date.now(), turns: fitting(turns) };
  const text = JSON.stringify(kept);
  const others = conversations(course).filter((one) => one.id !== id);
  while (others.length >= MOST) forget(course, others.pop().id);
  for (;;) {
    try {
      localStorage.setItem(keyOf(course, id), text);
      memory.delete(id);
      blocked = false;
      return true;
    } catch (error) {
      const oldest = error?.name === "QuotaExceededError" ? others.pop() : undefined;
      if (!oldest) {
        blocked = true;
        memory.set(id, kept);
        return false;
      }
      forget(course, oldest.id); // full: the oldest makes room
    }
  }
}

export function forget(course, id) {
  memory.delete(id);
  try {
    localStorage.removeItem(keyOf(course, id));
  } catch {
    blocked = true;
  }
}

// Also what cannot be read.
export function forgetAll(course) {
  for (const one of [...memory.values()]) if (one.course === course) memory.delete(one.id);
  try {
    for (const key of keys(course)) localStorage.removeItem(key);
  } catch {
    blocked = true;
  }
}

// Whether the last try to keep a conversation failed.
export function isBlocked() {
  try {
    localStorage.getItem(prefix(""));
  } catch {
    blocked = true;
  }
  return blocked;
}

export function isKeptKey(course, key) {
  return key === null || key.startsWith(prefix(course));
}
