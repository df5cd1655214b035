// The page's script: keeps the transcript, sends turns until they are answered, draws what comes back.
// Every turn has an id made here; sending it twice is safe, because the server answers each id once.
// It never writes a sentence of its own: words come from the page's template, answers from the server.

const byId = (id) => document.getElementById(id);
const log = byId("log"), state = byId("state"), composer = byId("composer"), text = byId("text");
const palette = byId("palette"), menu = byId("menu"), side = byId("side"), shade = byId("shade");
const words = Object.fromEntries(
  [...byId("words").content.querySelectorAll("[data-word]")].map((word) => [word.dataset.word, word.textContent]),
);
const THREADS = 40, TURNS = 200; // how many this browser keeps
const WAITS = [400, 800, 1500, 3000, 5000]; // milliseconds between tries; the last one repeats

// What this browser keeps ---------------------------------------------------------------------
const memory = new Map(); // stands in where the browser allows no storage
function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`whichops.${key}`)) ?? memory.get(key) ?? otherwise;
  } catch {
    return memory.get(key) ?? otherwise;
  }
}
function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(`whichops.${key}`, JSON.stringify(value));
  } catch {
    const oldest = read("threads", []).at(-1);
    if (!oldest || oldest.id === thread) return;
    forget(oldest.id);
    write(key, value);
  }
}
function forget(id) {
  memory.delete(`thread.${id}`);
  try { localStorage.removeItem(`whichops.thread.${id}`); } catch { /* nothing was kept */ }
  write("threads", read("threads", []).filter((each) => each.id !== id));
}
const turns = () => read(`thread.${thread}`, []);
const keep = (all) => write(`thread.${thread}`, all.slice(-TURNS));
function change(id, changes) {
  const all = turns();
  const turn = all.find((each) => each.id === id);
  if (turn) Object.assign(turn, changes);
  keep(all);
  return turn;
}
function remember(title) {
  const all = read("threads", []);
  const known = all.find((each) => each.id === thread);
  const kept = { id: thread, title: known?.title || title.slice(0, 80), at: Date.now() };
  const rest = all.filter((each) => each.id !== thread);
  for (const old of rest.slice(THREADS - 1)) forget(old.id);
  write("threads", [kept, ...rest.slice(0, THREADS - 1)]);
  list();
}
const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

// Which thread this is: at "/" the newest one goes on, if there is one.
let thread = document.body.dataset.thread;
if (location.pathname === "/") {
  thread = read("threads", [])[0]?.id ?? thread;
  history.replaceState(null, "", `/t/${thread}`);
}
composer.action = `/t/${thread}/say`;

// Drawing -------------------------------------------------------------------------------------
function element(tag, className, content = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}
function draw(turn) {
  const section = element("section", "turn");
  section.dataset.id = turn.id;
  if (turn.shown) {
    const mine = element("div", "mine");
    const bubble = element("p", "", turn.shown);
    bubble.prepend(element("span", "hidden", `${words.you} `));
    mine.append(bubble);
    section.append(mine);
  }
  if (turn.state === "waiting") section.append(waiting());
  if (turn.state === "refused") section.append(element("p", "trouble", words.unreadable));
  const theirs = element("div", "theirs");
  theirs.innerHTML = turn.html ?? ""; // drawn and escaped by our server; the policy allows no inline script
  for (const reply of theirs.querySelectorAll("[data-audience=asker]")) {
    reply.prepend(element("p", "asker", words.asker));
  }
  section.append(theirs);
  press(section, turn);
  const old = log.querySelector(`[data-id="${turn.id}"]`);
  if (old) old.replaceWith(section);
  else log.append(section);
  log.classList.toggle("fresh", !log.querySelector(".mine"));
  for (const once of log.querySelectorAll("[data-once]")) once.disabled = !log.lastElementChild.contains(once);
  return section;
}
function waiting() {
  const dots = element("p", "waiting");
  dots.append(element("span", "hidden", words.thinking), element("i"), element("i"), element("i"));
  return dots;
}
function press(section, turn) {
  // Show what was pressed, and close a question that is no longer the open one.
  for (const control of section.querySelectorAll("button[name=text]")) {
    const pressed = (turn.pressed ?? []).find((each) => each.says === control.value);
    control.toggleAttribute("data-pressed", Boolean(pressed));
    if (pressed?.options) {
      for (const box of control.form.querySelectorAll("[name=option]")) box.checked = pressed.options.includes(box.value);
    }
  }
  for (const move of section.querySelectorAll("[data-move]")) move.disabled = Boolean(turn.closed);
}
function closeMoves(except) {
  const all = turns();
  for (const turn of all) {
    if (turn.id === except || turn.closed || !turn.html?.includes("data-move")) continue;
    turn.closed = true;
    const section = log.querySelector(`[data-id="${turn.id}"]`);
    if (section) press(section, turn);
  }
  keep(all);
}
function say(code, retry) {
  state.replaceChildren();
  state.className = { "": "", commands: "unseen" }[code] ?? "trouble";
  if (!code) return;
  state.append(element("span", "", words[code]));
  if (!retry) return;
  const now = element("button", "quiet", words.now);
  now.type = "button";
  now.addEventListener("click", retry);
  state.append(now);
}

// Talking -------------------------------------------------------------------------------------
let wake = () => {}; // ends the wait between two tries
function rest(tries, seconds) {
  const wait = Math.max(WAITS[Math.min(tries, WAITS.length - 1)], 1000 * (seconds || 0));
  return new Promise((done) => {
    const timer = setTimeout(done, wait);
    wake = () => { clearTimeout(timer); done(); };
  });
}
async function ask(address, options) {
  // Ask until there is an answer. null: the server will never take this.
  for (let tries = 0; ; tries += 1) {
    let response = null;
    try {
      response = await fetch(address, { ...options, signal: AbortSignal.timeout(20000) });
      const body = await response.text();
      if (response.ok) { say(""); return body; }
      if (response.status < 500 && response.status !== 429) return null;
    } catch { /* not reached, or cut off: the same id is sent again */ }
    const code = { 429: "too-many", 503: "busy" }[response?.status] ?? "reconnecting";
    say(code, () => wake());
    if (tries === 0) log.lastElementChild?.scrollIntoView({ block: "nearest", behavior: calm() });
    await rest(tries, Number(response?.headers.get("Retry-After")));
  }
}
let delivering = true; // until the thread is open
async function deliver() {
  if (delivering) return;
  delivering = true;
  for (let turn; (turn = turns().find((each) => each.state === "waiting")); ) {
    const html = await ask(`/t/${thread}/say`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id: turn.id, text: turn.said, zone: zone() }),
    });
    if (html === null) {
      say("unreadable");
      if (!text.value) { text.value = turn.said; grow(); }
    }
    settle(change(turn.id, html === null ? { state: "refused" } : { state: "done", html }));
  }
  delivering = false;
  road();
}
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
async function remind() {
  // Reminders come to whoever has the page open. What isn't reached is asked again in a minute.
  if (delivering || document.hidden) return;
  try {
    const response = await fetch(`/t/${thread}/due`, { method: "POST" });
    const html = response.ok ? await response.text() : "";
    if (html) settle(store({ id: uuid(), said: "", shown: "", state: "done", html }));
  } catch { /* the server is away */ }
}
function store(turn) {
  keep([...turns(), turn]);
  return turn;
}
async function road() {
  try {
    const response = await fetch(`/t/${thread}/road`);
    const html = response.ok ? await response.text() : "";
    byId("road").hidden = !html;
    byId("road").lastElementChild.innerHTML = html; // drawn and escaped by our server
  } catch { /* the server is away */ }
}
function settle(turn) {
  if (!turn) return;
  const section = draw(turn);
  const asked = section.querySelector("[data-move]");
  if (asked || turn.moved) closeMoves(turn.id); // what was said aside leaves the open question open
  section.scrollIntoView({ block: "start", behavior: calm() });
  if (turn.keyboard && asked) asked.closest("form").querySelector("[name=option], button[name=text]")?.focus({ preventScroll: true });
}
function send(said, shown, { moved = false, keyboard = false } = {}) {
  const turn = { id: uuid(), said, shown, state: "waiting", moved, keyboard };
  keep([...turns(), turn]);
  remember(shown);
  draw(turn).scrollIntoView({ block: "end", behavior: calm() });
  deliver();
}
const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");

async function open() {
  log.setAttribute("aria-busy", "true"); // what was said before is not read out again
  for (const turn of turns()) draw(turn);
  log.lastElementChild?.scrollIntoView({ block: "start", behavior: "instant" });
  log.removeAttribute("aria-busy");
  delivering = false;
  await deliver();
  delivering = true;
  const html = await ask(`/t/${thread}/open`);
  if (html) reopen(html);
  delivering = false;
  await deliver();
  remind();
  setInterval(remind, 60000);
}
function reopen(html) {
  // A new thread begins with it. A known one shows what the server still asks, unless it stands at the end already.
  const probe = (markup) => Object.assign(document.createElement("template"), { innerHTML: markup }).content;
  const asked = (markup) =>
    [...probe(markup).querySelectorAll("[data-asks]")].map((each) => each.dataset.asks).filter(Boolean);
  const all = turns(), last = all.at(-1);
  const now = asked(html), before = last?.closed ? [] : asked(last?.html ?? "");
  if (all.length && !probe(html).querySelector("[data-move]")) return;
  if (now.length && now.every((each) => before.includes(each))) return;
  const turn = { id: uuid(), said: "", shown: "", state: "done", html };
  keep([...all, turn]);
  closeMoves(turn.id);
  draw(turn);
  if (all.length) log.lastElementChild.scrollIntoView({ block: "start", behavior: "instant" });
}

// A press is the same as typing what the button says; the label is what the person sees.
log.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter, form = event.target;
  if (!button?.value) return;
  const boxes = [...form.querySelectorAll("[name=option]:checked")];
  const options = form.querySelector("[name=option]") ? boxes.map((box) => box.value) : undefined;
  const labels = boxes.map((box) => box.parentElement.textContent.trim());
  const section = button.closest(".turn");
  const move = button.closest("[data-move]") !== null;
  const turn = turns().find((each) => each.id === section.dataset.id);
  if (turn) {
    const pressed = [...(turn.pressed ?? []).filter((each) => each.says !== button.value), { says: button.value, options }];
    press(section, change(turn.id, { pressed, closed: turn.closed || move }));
  }
  const keyboard = button.matches(":focus-visible");
  send([button.value, ...(options ?? [])].join(" "), labels.join(", ") || button.textContent.trim(), { moved: move, keyboard });
});
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = (text.value.toWellFormed?.() ?? text.value).trim();
  if (!said) return;
  text.value = "";
  grow();
  suggest();
  say("");
  send(said, said);
  text.focus();
});
// A file is kept for a day. What a picture showed stands in its place then.
log.addEventListener("error", (event) => {
  const figure = event.target.closest?.(".picture");
  if (figure) figure.replaceChildren(element("p", "", event.target.alt), element("p", "note", words.gone));
}, true);
addEventListener("online", () => wake());
document.addEventListener("visibilitychange", remind);
addEventListener("storage", (event) => { // another tab went on with this thread, or with another
  if (event.key === "whichops.threads") list();
  if (event.key === `whichops.thread.${thread}`) for (const turn of turns()) draw(turn);
});

// The box: grows with its text, Enter sends, "/" lists the commands -----------------------------
const options = [...palette.children];
let chosen = null;
function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 168)}px`;
}
function choose(option) {
  chosen = option ?? null;
  for (const each of options) each.setAttribute("aria-selected", String(each === chosen));
  if (chosen) text.setAttribute("aria-activedescendant", chosen.id);
  else text.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}
function suggest() {
  const typed = text.value.trimStart().toLowerCase();
  const fitting = /^\/[a-z]*$/.test(typed) ? options.filter((each) => each.dataset.says.startsWith(typed)) : [];
  for (const each of options) each.hidden = !fitting.includes(each);
  const opened = palette.hidden && fitting.length > 0;
  palette.hidden = fitting.length === 0;
  choose(fitting.includes(chosen) ? chosen : fitting[0]);
  if (opened) say("commands");
  else if (palette.hidden && state.textContent === words.commands) say("");
}
function take(option) {
  text.value = option.dataset.says;
  composer.requestSubmit();
}
text.addEventListener("input", () => { grow(); suggest(); });
text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const shown = options.filter((each) => !each.hidden);
  const at = shown.indexOf(chosen);
  if (!palette.hidden && event.key === "ArrowDown") choose(shown[(at + 1) % shown.length]);
  else if (!palette.hidden && event.key === "ArrowUp") choose(shown[(at - 1 + shown.length) % shown.length]);
  else if (!palette.hidden && event.key === "Escape") { palette.hidden = true; choose(null); say(""); }
  else if (event.key === "Enter" && !event.shiftKey) palette.hidden ? composer.requestSubmit() : take(chosen);
  else return;
  event.preventDefault();
});
text.addEventListener("blur", () => { palette.hidden = true; choose(null); });
palette.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  event.preventDefault();
  take(option);
});

// The conversations beside it -------------------------------------------------------------------
function list() {
  const items = byId("threads");
  items.replaceChildren(...read("threads", []).map((each) => {
    const item = document.createElement("li");
    const link = element("a", "", each.title || items.dataset.untitled);
    link.href = `/t/${each.id}`;
    if (each.id === thread) link.setAttribute("aria-current", "page");
    item.append(link);
    return item;
  }));
}
function drawer(opened) {
  menu.setAttribute("aria-expanded", String(opened));
  side.classList.toggle("open", opened);
  shade.hidden = !opened;
  document.querySelector("main").inert = opened;
  if (opened) side.querySelector("a, button").focus();
}
menu.addEventListener("click", () => drawer(menu.getAttribute("aria-expanded") !== "true"));
shade.addEventListener("click", () => drawer(false));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.getAttribute("aria-expanded") !== "true") return;
  drawer(false);
  menu.focus();
});

matchMedia("(width < 56rem)").addEventListener("change", () => drawer(false));

list();
grow();
if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
open();
