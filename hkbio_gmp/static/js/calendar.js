// Taking bars of the calendar: by pointer, by touch after a long press, by keyboard.
// The server decides on every drop; nothing here knows a rule.
const timeline = document.querySelector("[data-timeline]");
const dialog = document.getElementById("drop");
const live = document.getElementById("drag-live");
const HALF_HOUR = 30, DAY = 1440, EDGE = 7, LONG_PRESS = 380;

const body = timeline?.querySelector(".tl-body");
const edges = (timeline?.dataset.edges || "").split(" ").map(Number);
const days = edges.length - 1;
const byDay = dialog?.dataset.view === "month";
const words = dialog?.dataset || {};

const stamp = new Intl.DateTimeFormat(words.language || "en", {
  timeZone: timeline?.dataset.zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false,
});
const said = (minute) => stamp.format(new Date(minute * 60000));
const iso = (minute) => new Date(minute * 60000).toISOString();

// Columns are days: a day of 23 hours is as wide as any other.
const dayOf = (minute) => {
  let n = edges.findIndex((edge) => edge > minute) - 1;
  if (n < 0) n = minute < edges[0] ? 0 : days - 1;
  return n;
};
const columnAt = (minute) => {
  const n = dayOf(minute);
  return n + (minute - edges[n]) / (edges[n + 1] - edges[n]);
};
const minuteAt = (column) => {
  const n = Math.min(Math.max(Math.floor(column), 0), days - 1);
  return edges[n] + (column - n) * (edges[n + 1] - edges[n]);
};
const snapped = (minute) => {
  const from = edges[dayOf(minute)];
  return from + Math.round((minute - from) / HALF_HOUR) * HALF_HOUR;
};
const trackOf = (row) => row.querySelector(".tl-track");
const width = () => trackOf(body.querySelector(".tl-row")).getBoundingClientRect().width;

let drag = null;
let ghosts = null;
let label = null;

const barsOf = (reference) => [...body.querySelectorAll(`.bar[data-ref="${CSS.escape(reference)}"]`)];
const factsOf = (bar) => {
  const number = (name) => Number(bar.dataset[name]);
  return { bar, row: bar.closest(".tl-row"), starts: number("starts"), ends: number("ends"), from: number("from"), until: number("until") };
};

const place = (element, row, starts, ends, top) => {
  const base = body.getBoundingClientRect().top;
  const left = columnAt(starts) / days, right = columnAt(ends) / days;
  element.style.left = `${left * 100}%`;
  element.style.width = `${Math.max(right - left, 0.002) * 100}%`;
  element.style.top = `${row.getBoundingClientRect().top - base + top}px`;
};
const ghost = (row, one, text) => {
  const box = document.createElement("div");
  box.className = "drag-ghost";
  box.textContent = text;
  place(box, row, one.starts, one.ends, 7);
  ghosts.append(box);
  for (const [a, b] of [[one.from, one.starts], [one.ends, one.until]]) {
    if (b <= a) continue;
    const pad = document.createElement("div");
    pad.className = "drag-pad";
    place(pad, row, a, b, 19);
    ghosts.append(pad);
  }
};

const lift = () => {
  ghosts = document.createElement("div");
  ghosts.className = "tl-ghosts";
  body.append(ghosts);
  body.classList.add("is-dragging");
  body.classList.toggle("is-resizing", Boolean(drag.edge));
  label = document.createElement("div");
  label.className = "drag-label";
  document.body.append(label);
  drag.parts?.forEach(({ bar }) => bar.classList.add("bar-lifted"));
  drag.lifted = true;
};
const putBack = () => {
  ghosts?.remove();
  label?.remove();
  body.classList.remove("is-dragging", "is-resizing");
  drag?.parts?.forEach(({ bar }) => bar.classList.remove("bar-lifted"));
  ghosts = label = drag = null;
};

// Where everything would lie now.
const moved = (one) => {
  const shift = drag.edge ? 0 : drag.shift;
  const out = { starts: one.starts + shift, ends: one.ends + shift, from: one.from + shift, until: one.until + shift };
  if (drag.edge && one.bar === drag.bar) {
    const by = drag.to - drag.was;
    if (drag.edge === "end") { out.ends += by; out.until += by; } else { out.starts += by; out.from += by; }
  }
  return out;
};
const span = (one) => `${said(one.starts)} ${words.to} ${said(one.ends)}`;
const draw = (x, y) => {
  ghosts.replaceChildren();
  if (drag.create) {
    ghost(drag.row, { starts: drag.starts, ends: drag.ends, from: drag.starts, until: drag.ends }, drag.row.dataset.resource);
    label.textContent = span(drag);
  } else {
    const source = drag.row.dataset.resource;
    for (const part of drag.parts) {
      const there = part.row.dataset.resource === source ? drag.target : part.row;
      ghost(there, moved(part), drag.ref);
    }
    label.textContent = `${drag.target.dataset.resource} · ${span(moved(factsOf(drag.bar)))}`;
  }
  if (x === undefined) {
    const box = ghosts.firstElementChild.getBoundingClientRect();
    x = Math.max(box.left, 180);
    y = box.top - 44;
  }
  label.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - label.offsetWidth - 8))}px`;
  label.style.top = `${Math.max(8, Math.min(y + 18, innerHeight - 40))}px`;
};

const begin = (bar, edge) => {
  const one = factsOf(bar);
  const was = edge === "end" ? one.ends : one.starts;
  drag = { bar, edge, was, to: was, ref: bar.dataset.ref, version: bar.dataset.version, row: one.row, target: one.row, shift: 0, starts: one.starts, ends: one.ends, parts: barsOf(bar.dataset.ref).map(factsOf) };
};
const shiftBy = (columns) => {
  if (drag.edge) {
    const wanted = byDay ? minuteAt(columnAt(drag.was) + Math.round(columns)) : snapped(minuteAt(columnAt(drag.was) + columns));
    drag.to = drag.edge === "end" ? Math.max(wanted, drag.starts + HALF_HOUR) : Math.min(wanted, drag.ends - HALF_HOUR);
  } else if (byDay) {
    drag.shift = Math.round(minuteAt(columnAt(drag.starts) + Math.round(columns))) - drag.starts;
  } else {
    drag.shift = Math.abs(columns * width() / days) < 3 ? 0 : snapped(minuteAt(columnAt(drag.starts) + columns)) - drag.starts;
  }
};
const goesTo = (row) => {
  if (row && !drag.edge && row.dataset.kind === drag.row.dataset.kind) drag.target = row;
};
const isChanged = () => drag.edge ? drag.to !== drag.was : drag.shift !== 0 || drag.target !== drag.row;

// The verdict.
const show = async (answer) => {
  if (answer.status === 204) {
    const here = new URL(location.href);
    if (drag) here.searchParams.set("booking", drag.ref);
    location.assign(here);
    return;
  }
  const html = await answer.text();
  if (!html.includes("dialog-head")) throw new Error("no dialog");
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector(".error-summary") || dialog.querySelector("#drop-title"))?.focus();
};
const failed = () => {
  live.textContent = words.failed;
  dialog.close();
  putBack();
};
const ask = (args) => {
  const query = new URLSearchParams({ version: drag.version, ...args });
  const address = dialog.dataset.drops.replace("REF", encodeURIComponent(drag.ref));
  return fetch(`${address}?${query}`, { headers: { "X-Requested-With": "fetch" } }).then(show).catch(failed);
};
const drop = () => {
  if (drag.create) {
    const query = new URLSearchParams({ facility: words.facility, resources: drag.row.dataset.resource, starts_at: iso(drag.starts), ends_at: iso(drag.ends) });
    location.assign(`${words.new}?${query}`);
    return;
  }
  label.remove();
  body.classList.remove("is-dragging", "is-resizing");
  drag.asked = true;
  const local = (minute) => iso(minute).slice(0, 16);
  ask(drag.edge
    ? { edge: drag.edge, was: local(drag.was), to: local(drag.to) }
    : { shift: drag.shift, source: drag.target === drag.row ? "" : drag.row.dataset.resource, target: drag.target === drag.row ? "" : drag.target.dataset.resource });
};

const followed = (event) => {
  const columns = (event.clientX - drag.x) / width() * days;
  if (drag.create) {
    const here = minuteAt(drag.column + columns), there = minuteAt(drag.column);
    const [a, b] = here < there ? [here, there] : [there, here];
    drag.starts = byDay ? edges[dayOf(a)] + 540 : snapped(a);
    drag.ends = byDay ? edges[dayOf(b)] + 1020 : Math.max(snapped(b), drag.starts + HALF_HOUR);
  } else {
    shiftBy(columns);
    goesTo(document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".tl-row[data-kind]"));
  }
  draw(event.clientX, event.clientY);
};
const edgeAt = (bar, x) => {
  const box = (bar.querySelector(".bar-box") || bar).getBoundingClientRect();
  if (box.width < 3 * EDGE) return "";
  if (x > box.right - EDGE && Number(bar.dataset.ends) <= edges[days]) return "end";
  return x < box.left + EDGE && Number(bar.dataset.starts) >= edges[0] ? "start" : "";
};

const down = (event) => {
  if (event.button !== 0 || drag?.asked || !event.target.closest) return;
  const track = event.target.closest(".tl-track");
  if (!track) return;
  const bar = event.target.closest(".bar");
  const row = track.closest(".tl-row");
  if (bar?.dataset.ref) begin(bar, edgeAt(bar, event.clientX));
  else if (!bar && row.classList.contains("tl-open")) {
    const box = track.getBoundingClientRect();
    drag = { create: true, row, column: (event.clientX - box.left) / box.width * days };
  } else return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  drag.pointer = event.pointerId;
  if (event.pointerType === "touch") {
    drag.waits = setTimeout(() => {
      if (!drag || drag.lifted) return;
      drag.waits = null;
      lift();
      navigator.vibrate?.(12);
      followed({ clientX: drag.x, clientY: drag.y });
    }, LONG_PRESS);
  }
};
const move = (event) => {
  if (!drag || drag.asked || drag.keys || event.pointerId !== drag.pointer) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4;
  if (!drag.lifted) {
    if (!far) return;
    if (drag.waits) { clearTimeout(drag.waits); drag = null; return; }
    lift();
  }
  followed(event);
};
const up = (event) => {
  if (!drag || drag.asked || drag.keys || event.pointerId !== drag.pointer) return;
  clearTimeout(drag.waits);
  if (!drag.lifted) { drag = null; return; }
  // the press must not also follow the bar's link
  const swallow = (click) => { click.preventDefault(); click.stopPropagation(); };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
  if (drag.create || isChanged()) drop();
  else putBack();
};

// The keyboard: m takes the bar that has the focus.
const keyMoves = { ArrowLeft: -1, ArrowRight: 1 };
const step = (event) => {
  const by = keyMoves[event.key] * (byDay ? DAY : event.ctrlKey ? DAY : HALF_HOUR);
  if (event.shiftKey) {
    if (!drag.edge) Object.assign(drag, { edge: "end", was: drag.ends, to: drag.ends, shift: 0, target: drag.row });
    drag.to = Math.max(drag.to + by, drag.starts + HALF_HOUR);
  } else if (!drag.edge) drag.shift += by;
};
const otherRow = (by) => {
  const rows = [...body.querySelectorAll(".tl-row[data-kind]")].filter((row) => row.dataset.kind === drag.row.dataset.kind && row.getClientRects().length);
  goesTo(rows[rows.indexOf(drag.target) + by]);
};
const keys = (event) => {
  if (drag?.keys && !drag.asked) {
    if (event.key === "Escape") { const bar = drag.bar; putBack(); live.textContent = words.back; bar.querySelector("a")?.focus(); }
    else if (event.key === "Enter") { if (isChanged()) drop(); }
    else if (event.key in keyMoves) step(event);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") otherRow(event.key === "ArrowUp" ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (drag && !drag.asked) { draw(); live.textContent = label.textContent; }
    return;
  }
  if (drag?.lifted && !drag.asked && event.key === "Escape") { putBack(); return; }
  const bar = event.key === "m" && !event.ctrlKey && !event.metaKey && event.target.closest?.(".bar[data-ref]");
  if (!bar || drag) return;
  event.preventDefault();
  begin(bar, "");
  drag.keys = true;
  lift();
  draw();
  live.textContent = `${words.moving} ${label.textContent}`;
};

if (timeline && dialog) {
  timeline.addEventListener("pointerdown", down);
  addEventListener("pointermove", (event) => {
    if (drag) { move(event); return; }
    const bar = event.target.closest?.(".bar[data-ref]");
    bar?.classList.toggle("bar-edge-near", Boolean(edgeAt(bar, event.clientX)));
  });
  addEventListener("pointerup", up);
  addEventListener("pointercancel", () => { if (drag && !drag.asked && !drag.keys) { clearTimeout(drag.waits); putBack(); } });
  timeline.addEventListener("dragstart", (event) => event.preventDefault());
  timeline.addEventListener("contextmenu", (event) => { if (drag?.lifted) event.preventDefault(); });
  // a finger that holds a bar must not scroll the rooms away
  timeline.addEventListener("touchmove", (event) => { if (drag?.lifted && event.cancelable) event.preventDefault(); }, { passive: false });
  document.addEventListener("keydown", keys, { capture: true });
  dialog.addEventListener("close", () => {
    const link = drag?.bar?.querySelector("a");
    putBack();
    live.textContent = words.back;
    link?.focus();
  });
  dialog.addEventListener("click", (event) => {
    const attempt = event.target.closest("[data-try]");
    if (attempt) {
      const args = JSON.parse(attempt.dataset.try);
      if (drag) {
        drag.edge = "";
        drag.shift = args.shift;
        drag.target = body.querySelector(`.tl-row[data-resource="${CSS.escape(args.target || drag.row.dataset.resource)}"]`) || drag.row;
        ask(args);
      }
    }
    if (event.target.closest("[data-reload]")) location.reload();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    form.setAttribute("aria-busy", "true");
    fetch(form.action, { method: "POST", body: new FormData(form) }).then(show).catch(failed);
  });
}
