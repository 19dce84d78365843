// The page: what the bot tells goes into the log, what the person does goes to the bot.

import { nextColours } from "./colours.js";
import { compose } from "./composer.js";
import { Connection } from "./connection.js";
import { dropPending, messageNamed, messageOf, progress, show, showPending } from "./log.js";
import { announce, toast } from "./notices.js";
import { canLogOut, otherLanguage, say, speak, whenSpoken } from "./words.js";

const log = document.getElementById("log");
const state = document.getElementById("state");

// How long to wait when the bot could not tell what is new.
const HELLO_AGAIN = 3000;
const DEEDS = new Set(["tap", "tell"]);

const unsent = new Map();
const answers = new Map();
// What was done here and is not answered yet: what comes meanwhile is its answer, and is shown at once.
const acting = new Set();
// Who waits for the connection.
const waiting = [];
let tapped = "";
let greeted = false;
let ready = false;
let word = "web-connecting";

const number = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const connection = new Connection({
  receive: (frame) => receivers[frame.type]?.(frame),
  state: (now) => {
    ready = false;
    if (now === "open") {
      hello();
      return;
    }
    word = greeted ? "web-offline" : "web-connecting";
    drawState();
    // Nobody will answer these any more; what was typed is sent again instead.
    for (const answer of answers.values()) answer(null);
    answers.clear();
    acting.clear();
  },
});

const receivers = {
  messages: ({ messages, anew }) => {
    const fresh = show(messages, { anew, quiet: !greeted, tapped, acting: acting.size > 0 });
    for (const { n } of fresh) unsent.delete(n);
    if (greeted) announce(fresh.filter((message) => message.html !== undefined));
  },
  ready: () => {
    greeted = true;
    ready = true;
    word = "web-online";
    drawState();
    for (const [n, text] of unsent) tell(n, text);
    for (const go of waiting.splice(0)) go();
    askForQuestion();
  },
  language: ({ language }) => speak(language),
  done: (frame) => settle(frame),
  suggestions: (frame) => settle(frame),
  error: (frame) => {
    toast(frame.text);
    unsent.delete(frame.n);
    dropPending(frame.n);
    settle(frame);
    if (!ready) setTimeout(hello, HELLO_AGAIN);
  },
};

function hello() {
  connection.send({ type: "hello", ...progress() });
}

function settle(frame) {
  unsent.delete(frame.n);
  acting.delete(frame.n);
  toast(frame.toast);
  answers.get(frame.n)?.(frame);
  answers.delete(frame.n);
}

/** Send a frame and wait for its answer; null when there is no connection. */
function ask(frame) {
  const n = number();
  if (!greeted || !connection.send({ ...frame, n })) return Promise.resolve(null);
  if (DEEDS.has(frame.type)) acting.add(n);
  return new Promise((resolve) => answers.set(n, resolve));
}

/** Wait until the bot listens. */
function connected() {
  return ready ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
}

function drawState() {
  state.classList.toggle("online", word === "web-online");
  state.firstElementChild.textContent = say(word);
}
whenSpoken(drawState);

// Typing

function submit(text) {
  const n = number();
  unsent.set(n, text);
  showPending(n, text);
  if (greeted) tell(n, text);
}

function tell(n, text) {
  if (connection.send({ type: "say", n, text })) acting.add(n);
}

const composer = compose({ submit, ask: async (kind, text) => (await ask({ type: "suggest", kind, text }))?.items ?? [] });

// From the question bank one comes back with a question to practise.
function askForQuestion() {
  const id = new URLSearchParams(location.search).get("question");
  if (!id) return;
  history.replaceState(null, "", "/");
  submit(`/question ${id}`);
}

// Pressing

log.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-tap], [data-dismiss], [data-command]");
  if (!button || button.ariaBusy === "true") return;
  if ("dismiss" in button.dataset) dismiss(button.form);
  else if ("command" in button.dataset) write(button.dataset.command);
  else await tap(button);
});

// A command that needs nothing more is sent; any other waits in the composer for the rest.
function write(command) {
  if (command.endsWith(" ")) composer.put(command);
  else submit(command);
}

async function tap(button) {
  const { id } = messageOf(button).dataset;
  button.ariaBusy = "true";
  if (!ready) await untilConnected(button);
  tapped = id;
  const answer = await ask({ type: "tap", on: id, data: button.dataset.tap });
  button.removeAttribute("aria-busy");
  if (answer === null) toast(say("web-offline"));
  const bubble = messageNamed(id);
  if (answer?.form && bubble) openForm(bubble, answer.form);
}

// What is pressed without a connection goes out when it is back, as what is typed does.
async function untilConnected(button) {
  const { title } = button;
  button.classList.add("unsent");
  button.title = say("web-unsent");
  toast(button.title);
  await connected();
  button.classList.remove("unsent");
  button.title = title;
}

// Forms

function openForm(bubble, html) {
  const before = bubble.querySelector("form.prompt");
  before?.remove();
  const template = document.createElement("template");
  // Made by the bot, which escapes whatever is text.
  template.innerHTML = html;
  bubble.querySelector("time").before(template.content);
  const field = bubble.querySelector("form.prompt [name=text]");
  if (before?.dataset.tell === field.form.dataset.tell) field.value = before.elements.text.value;
  field.focus();
  field.form.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function dismiss(form) {
  const bubble = messageOf(form);
  if (bubble.dataset.kept === "form") ask({ type: "dismiss", on: bubble.dataset.id });
  form.remove();
  bubble.focus({ preventScroll: true });
}

log.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const bubble = messageOf(form);
  const field = form.elements.text;
  form.ariaBusy = "true";
  tapped = bubble.dataset.id;
  const answer = await ask({ type: "tell", on: tapped, data: form.dataset.tell, text: field.value });
  form.removeAttribute("aria-busy");
  const complaint = answer === null ? say("web-offline") : answer.complaint ?? (answer.type === "error" ? answer.text : "");
  const line = form.querySelector(".complaint");
  line.hidden = !complaint;
  line.textContent = complaint;
  if (complaint) field.focus();
  else form.remove();
});

log.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.prompt");
  if (!form || event.isComposing) return;
  if (event.key === "Escape") dismiss(form);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// The head

document.getElementById("language").addEventListener("click", async () => {
  const answer = await ask({ type: "speak", language: otherLanguage() });
  if (answer === null) toast(say("web-offline"));
});

document.getElementById("theme").addEventListener("click", () => toast(say(`web-theme-${nextColours()}`)));

if (canLogOut) document.getElementById("logout").hidden = false;
