// The socket: opened again whenever it breaks, and never in doubt for long whether it lives.

const FIRST_WAIT = 400;
const LONGEST_WAIT = 10_000;
const PING_EVERY = 20_000;
const PONG_WITHIN = 8_000;

export class Connection {
  #socket = null;
  #wait = FIRST_WAIT;
  #retry = 0;
  #pinging = 0;
  #doubt = 0;
  #receive;
  #state;

  /** `receive` gets every frame; `state` is told `open` or `closed`. */
  constructor({ receive, state }) {
    this.#receive = receive;
    this.#state = state;
    addEventListener("online", () => this.#now());
    // A laptop that wakes up has a socket that looks alive and is not.
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
    this.#open();
  }

  /** Whether frames can be sent now. */
  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Send a frame; false when there is no connection. */
  send(frame) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open() {
    clearTimeout(this.#retry);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?zone=${zone()}`);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#wait = FIRST_WAIT;
      this.#pinging = setInterval(() => this.#ping(), PING_EVERY);
      this.#state("open");
    });
    socket.addEventListener("message", (event) => {
      clearTimeout(this.#doubt);
      this.#receive(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => socket === this.#socket && this.#closed());
  }

  #closed() {
    clearInterval(this.#pinging);
    clearTimeout(this.#doubt);
    this.#socket = null;
    this.#state("closed");
    loggedOut();
    // Not all pages at once after the bot was restarted.
    this.#retry = setTimeout(() => this.#open(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 1.8, LONGEST_WAIT);
  }

  #now() {
    this.#wait = FIRST_WAIT;
    if (this.#socket === null) this.#open();
  }

  #look() {
    if (this.isOpen) this.#ping();
    else this.#now();
  }

  #ping() {
    if (!this.send({ type: "ping" })) return;
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => {
      const dead = this.#socket;
      this.#closed();
      dead?.close();
      this.#now();
    }, PONG_WITHIN);
  }
}

/** Ask for the password where one is wanted; a socket that is refused does not tell why. */
async function loggedOut() {
  const page = await fetch("/", { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (page?.type === "opaqueredirect") location.replace("/login");
}

/** Where the browser is, so that nine o'clock is the reader's nine o'clock. */
function zone() {
  return encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
}
