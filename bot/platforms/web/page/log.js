// The conversation: every message once, at its place; days between them; scrolling as in a chat app.

import { locale, say, whenSpoken } from "./words.js";

const scroller = document.getElementById("scroller");
const log = document.getElementById("log");
const jump = document.getElementById("jump");
const NEAR = 80;

const bubbles = new Map();
const waiting = new Map();
let revision = 0;
let last = "";

/** How far this page has come, for the bot to go on from there. */
export const progress = () => ({ after: revision, last });

/** The message of an id, as it reads now. */
export const messageNamed = (id) => bubbles.get(id);

/** The message that an element stands in. */
export const messageOf = (element) => element.closest(".bubble");

const atBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
const toBottom = (behavior = "auto") => scroller.scrollTo({ top: scroller.scrollHeight, behavior });

/** Show what the person typed until the bot has it. */
export function showPending(n, text) {
  const bubble = own({ text });
  bubble.classList.add("pending");
  bubble.title = say("web-unsent");
  waiting.set(n, bubble);
  log.append(bubble);
  toBottom();
}

/** Take back what was shown as typed. */
export function dropPending(n) {
  waiting.get(n)?.remove();
  waiting.delete(n);
}

/**
 * Put messages where they belong; `anew` empties the page first, `acting` says that an answer is waited for.
 * Returns those that were not shown before.
 */
export function show(messages, { anew, quiet, tapped, acting }) {
  const stuck = quiet || atBottom();
  if (anew) empty();
  const fresh = [];
  let changed = null;
  for (const message of messages) {
    const known = bubbles.get(message.id);
    const bubble = draw(message);
    if (known) {
      const held = focusIn(known);
      keepWords(known, bubble);
      known.replaceWith(bubble);
      restoreFocus(bubble, held);
      changed = message.id === tapped ? bubble : changed;
    } else {
      insert(bubble);
      if (!quiet) bubble.classList.add("fresh");
      fresh.push({ message, bubble });
    }
    bubbles.set(message.id, bubble);
    revision = Math.max(revision, message.revision);
    if (Number(message.id) > Number(last)) last = message.id;
  }
  drawDays();
  settle({ stuck, quiet, fresh, changed, acting });
  return fresh.map(({ message }) => message);
}

function empty() {
  for (const bubble of bubbles.values()) bubble.remove();
  bubbles.clear();
  revision = 0;
  last = "";
}

// Drawing

function draw(message) {
  const bubble = message.html === undefined ? own(message) : bot(message);
  bubble.dataset.id = message.id;
  bubble.dataset.at = message.at;
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = clock(message.at);
  bubble.append(time);
  if (message.n) dropPending(message.n);
  return bubble;
}

function own({ text }) {
  const bubble = document.createElement("article");
  bubble.className = "bubble own";
  bubble.setAttribute("aria-label", say("web-you"));
  bubble.append(text);
  return bubble;
}

function bot(message) {
  const bubble = document.createElement("article");
  bubble.className = "bubble bot";
  bubble.tabIndex = -1;
  // Made by the bot, which escapes whatever is text.
  bubble.innerHTML = message.html + (message.form ?? "");
  if (message.form) bubble.dataset.kept = "form";
  const said = bubble.firstElementChild;
  bubble.classList.toggle("short", said.children.length <= 2 && !said.querySelector("h3, pre, table, .formula, .row, fieldset, details"));
  for (const pre of bubble.querySelectorAll(".code")) addCopy(pre);
  const about = message.re && bubbles.get(message.re)?.querySelector("h3");
  if (about) bubble.prepend(answering(message.re, about.textContent));
  return bubble;
}

function answering(id, title) {
  const link = document.createElement("a");
  link.className = "re";
  link.href = `#${id}`;
  link.textContent = `↩ ${title}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const target = bubbles.get(id);
    target?.scrollIntoView({ block: "start", behavior: "smooth" });
    target?.focus({ preventScroll: true });
  });
  return link;
}

function addCopy(block) {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = say("web-copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("pre").textContent);
    button.textContent = say("web-copied");
    setTimeout(() => { button.textContent = say("web-copy"); }, 1500);
  });
  block.append(button);
}

/** What somebody has half written outlives a change of the message above it; a form that was never touched does not. */
function keepWords(known, bubble) {
  const form = known.querySelector("form.prompt");
  if (!form || form.elements.text.value === form.elements.text.defaultValue) return;
  const anew = bubble.querySelector("form.prompt");
  if (!anew) bubble.querySelector("time").before(form);
  else if (anew.dataset.tell === form.dataset.tell) anew.elements.text.value = form.elements.text.value;
}

function insert(bubble) {
  let place = null;
  for (let element = log.lastElementChild; element; element = element.previousElementSibling) {
    if (element.dataset.id && Number(element.dataset.id) < Number(bubble.dataset.id)) break;
    if (element.dataset.id || element.classList.contains("pending")) place = element;
  }
  log.insertBefore(bubble, place);
}

// Days and times

const clock = (at) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(at));
const dayOf = (at) => { const date = new Date(at); return new Date(date.getFullYear(), date.getMonth(), date.getDate()); };

function nameOf(day) {
  const away = Math.round((dayOf(Date.now()) - day) / 86_400_000);
  if (away < 2 && away >= 0) return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-away, "day");
  const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(), { year, month: "long", day: "numeric", weekday: "long" }).format(day);
}

function drawDays() {
  for (const line of log.querySelectorAll(".day")) line.remove();
  let before = "";
  for (const bubble of log.querySelectorAll(".bubble[data-at]")) {
    const day = dayOf(bubble.dataset.at);
    if (String(day) !== before) {
      const line = document.createElement("p");
      line.className = "day";
      line.textContent = nameOf(day);
      bubble.before(line);
      before = String(day);
    }
  }
}

whenSpoken(drawDays);

// Scrolling

function settle({ stuck, quiet, fresh, changed, acting }) {
  const typed = fresh.some(({ message }) => message.text !== undefined);
  const answer = acting && fresh.find(({ message }) => !message.daily);
  if (quiet && fresh.length) toBottom();
  else if (changed) reveal(changed);
  else if (fresh.length && (stuck || typed)) showFrom(fresh[0].bubble);
  else if (answer) showFrom(answer.bubble);
  else if (fresh.length) jump.classList.add("news");
  drawJump();
}

// What is new is read from its beginning: the end is scrolled to only if the beginning stays in sight.
function showFrom(bubble) {
  const top = bubble.offsetTop - scroller.offsetTop - 12;
  scroller.scrollTo({ top: Math.min(top, scroller.scrollHeight - scroller.clientHeight), behavior: "smooth" });
}

// A bubble that was tapped grows where it stands; what was opened in it comes into sight.
function reveal(bubble) {
  const room = scroller.getBoundingClientRect();
  const place = bubble.getBoundingClientRect();
  if (place.height <= room.height) {
    bubble.scrollIntoView({ block: "nearest", behavior: "smooth" });
    return;
  }
  const opened = [...bubble.querySelectorAll("details[open]")].at(-1) ?? bubble;
  const top = opened.getBoundingClientRect().top;
  if (top < room.top || top > room.top + room.height / 2) opened.scrollIntoView({ block: "start", behavior: "smooth" });
}

function drawJump() {
  const away = !atBottom();
  if (!away) jump.classList.remove("news");
  jump.hidden = !away;
  jump.lastElementChild.textContent = say(jump.classList.contains("news") ? "web-new-message" : "web-jump");
}

whenSpoken(drawJump);
scroller.addEventListener("scroll", drawJump, { passive: true });
jump.addEventListener("click", () => toBottom("smooth"));
// A keyboard that opens on a phone, or a window that is made smaller, leaves the latest message in sight.
let height = scroller.clientHeight;
new ResizeObserver(() => {
  const less = height - scroller.clientHeight;
  if (less > 0) scroller.scrollTop += less;
  height = scroller.clientHeight;
}).observe(scroller);

// Focus

function focusIn(bubble) {
  const held = document.activeElement;
  if (!bubble.contains(held)) return null;
  return { element: held, tap: held.dataset.tap, index: [...bubble.querySelectorAll("button")].indexOf(held) };
}

// A switch turns the other way once it was pressed, and is the same switch.
const subjectOf = (tap) => tap?.replace(/~[+-]$/, "");

function restoreFocus(bubble, held) {
  if (!held) return;
  if (bubble.contains(held.element)) {
    held.element.focus({ preventScroll: true });
    return;
  }
  const buttons = [...bubble.querySelectorAll("button")];
  const same = (held.tap && buttons.find((button) => subjectOf(button.dataset.tap) === subjectOf(held.tap))) || null;
  (same ?? bubble).focus({ preventScroll: true });
}
