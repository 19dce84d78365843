// What draws attention: short lines that vanish, the number in the title, the system's own notifications.

import { name, say } from "./words.js";

const toasts = document.getElementById("toasts");
const button = document.getElementById("notify");
let unseen = 0;

/** Say something that vanishes by itself, after the time it takes to read it. */
export function toast(text) {
  if (!text) return;
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  toasts.replaceChildren(line);
  setTimeout(() => line.remove(), Math.min(2500 + text.length * 60, 9000));
}

/** Tell of messages that came while nobody looked; of a daily question the system tells, too. */
export function announce(messages) {
  if (!document.hidden || !messages.length) return;
  unseen += messages.length;
  document.title = `(${unseen}) ${name}`;
  const daily = messages.findLast((message) => message.daily && !message.silent);
  if (daily && window.Notification?.permission === "granted") {
    const notice = new Notification(say("web-question"), { body: daily.title, tag: "daily", icon: "/static/icon.svg" });
    notice.addEventListener("click", () => { window.focus(); notice.close(); });
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = name;
});

button.hidden = window.Notification?.permission !== "default";
button.addEventListener("click", async () => {
  const allowed = await Notification.requestPermission();
  button.hidden = allowed !== "default";
  toast(say(allowed === "granted" ? "web-notify-on" : "web-notify-denied"));
});
