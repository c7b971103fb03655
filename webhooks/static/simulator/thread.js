// One thread of one phone: the list of bubbles, kept in the order of time.

import { day, element, formatted, icon, time } from "./draw.js";

const TICKS = { receiving: ["tick", "sent"], received: ["ticks", "read"] };
const NOT_YET = new Set(["queued", "accepted", "canceled"]);
const CLOSE_ENOUGH = 120;
const WORDS = { location: "Location", contacts: "Contact card", audio: "Voice message", video: "Video" };

export class Thread {
  constructor(list, showImage, tap) {
    this.tap = tap;
    this.list = list;
    this.showImage = showImage;
    this.messages = new Map();
    this.bubbles = new Map();
    this.days = new Set();
    this.follows = true;
    list.addEventListener("scroll", () => (this.follows = this.isAtEnd()));
    new ResizeObserver(() => this.follows && this.toEnd()).observe(list);
  }

  // Shows a message, or what has changed of it. True: it is new here.
  show(message) {
    if (!message.mine && NOT_YET.has(message.status)) return false;
    const known = this.messages.get(message.sid);
    if (known && JSON.stringify(known) === JSON.stringify(message)) return false;
    this.messages.set(message.sid, message);
    const bubble = this.draw(message);
    if (known) this.redraw(this.bubbles.get(message.sid), bubble);
    else this.insert(bubble, message);
    if (!known) this.bubbles.set(message.sid, bubble);
    if (message.mine || this.follows) this.toEnd();
    return !known;
  }

  redraw(shown, bubble) {
    const hadFocus = shown.contains(document.activeElement);
    shown.replaceChildren(...bubble.childNodes);
    if (hadFocus) shown.querySelector("button")?.focus({ preventScroll: true });
  }

  // When the newest message came that this phone got; 0: none.
  get lastReceivedAt() {
    return Math.max(0, ...[...this.messages.values()].filter((one) => !one.mine).map((one) => one.at));
  }

  get last() {
    return [...this.messages.values()].reduce((a, b) => (a && a.at > b.at ? a : b), null);
  }

  isAtEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < CLOSE_ENOUGH;
  }

  toEnd() {
    this.follows = true;
    this.list.scrollTop = this.list.scrollHeight;
  }

  insert(bubble, message) {
    const later = [...this.list.querySelectorAll("[data-at]")].find((other) => Number(other.dataset.at) > message.at);
    this.list.insertBefore(bubble, later ?? null);
    const named = new Date(message.at).toDateString();
    if (this.days.has(named)) return;
    this.days.add(named);
    this.list.insertBefore(element("li", { className: "day" }, day(message.at)), bubble);
  }

  draw(message) {
    const failed = message.status === "failed" || message.status === "undelivered";
    const item = element("li", { className: message.mine ? "bubble mine" : "bubble theirs" });
    item.dataset.at = message.at;
    item.dataset.sid = message.sid;
    if (failed) item.classList.add("failed");
    item.append(
      element("span", { className: "unseen" }, message.mine ? "You: " : "Pravesh: "),
      ...(failed ? [] : message.media.map((medium) => this.medium(medium, message))),
      ...this.words(message, failed),
      this.foot(message, failed),
    );
    if (message.card?.button !== undefined && !failed) item.append(this.card(message));
    if (message.note) item.append(element("p", { className: "note" }, message.note));
    return item;
  }

  words(message, failed) {
    if (failed) return [element("p", { className: "text" }, `A message could not be delivered (${message.error}).`)];
    const words = message.text || (message.media.length ? "" : (WORDS[message.form] ?? ""));
    return words ? [element("p", { className: "text", dir: "auto" }, ...formatted(words))] : [];
  }

  // A template's buttons, or the one that opens its list. They stay, as on a phone: an old one can be tapped too.
  card(message) {
    const { kind, button, rows } = message.card;
    if (kind === "form") return this.opener(message, button, "pen", this.tap.form);
    if (kind === "buttons") return element("div", { className: "card" }, ...rows.map((row) => this.choice(message, row)));
    return this.opener(message, button, "list", this.tap.list);
  }

  opener(message, words, picture, open) {
    const opener = element("button", { type: "button", className: "opener" }, icon(picture), words);
    opener.addEventListener("click", () => open(message, opener));
    return element("div", { className: "card" }, opener);
  }

  choice(message, row) {
    const button = element("button", { type: "button" }, element("span", { dir: "auto" }, row.title));
    button.addEventListener("click", () => this.tap.one(message, row));
    return button;
  }

  medium(medium, message) {
    if (!medium.type.startsWith("image/")) {
      const name = medium.name || WORDS[message.form] || "File";
      return element("a", { className: "file", href: medium.url, download: medium.name || "file" }, name);
    }
    const picture = element("img", { src: medium.url, alt: message.text || medium.name || "Image", loading: "eager" });
    picture.addEventListener("load", () => this.follows && this.toEnd(), { once: true });
    const button = element("button", { type: "button", className: "picture" }, picture);
    button.setAttribute("aria-label", "Open the image large");
    button.addEventListener("click", () => this.showImage(medium.url, picture.alt));
    return button;
  }

  foot(message, failed) {
    const foot = element("p", { className: "foot" }, element("time", {}, time(message.at)));
    const [shape, label] = failed || !message.mine ? [] : (TICKS[message.status] ?? []);
    if (shape) {
      const ticks = icon(shape, label);
      ticks.classList.add("ticks", label);
      foot.append(ticks);
    }
    return foot;
  }
}
