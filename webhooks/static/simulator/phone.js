// One phone: its chat, its SMS, and what can be typed, tapped and attached.

import * as api from "./api.js";
import { element, options, suggestion } from "./draw.js";
import { FormSheet } from "./form.js";
import { markSeen, seenUntil } from "./seen.js";
import { Sheet } from "./sheet.js";
import { Thread } from "./thread.js";

const BANNER_MS = 15000;
const NEWEST_MS = 60000;
const INDIA_GATE = [28.6129, 77.2295];

export class Phone {
  constructor(facts, { showImage, changed, failed, remove }) {
    this.facts = facts;
    this.hooks = { changed, failed };
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.root.dataset.number = facts.number;
    this.unread = {};
    this.threads = {};
    this.sheet = new Sheet(this.find(".sheet.list"));
    this.form = new FormSheet(this.find(".sheet.filled"));
    const tap = {
      one: (message, row) => this.tap(message, row),
      list: (message, opener) => this.sheet.open(message.card, (row) => this.tap(message, row), opener),
      form: (message, opener) => this.form.open(message.card, (filled) => this.write({ filled, reply_to: message.sid }), opener),
    };
    for (const list of this.all(".log")) {
      this.threads[list.dataset.thread] = new Thread(list, showImage, tap);
      this.unread[list.dataset.thread] = 0;
    }
    this.name(facts);
    this.listen(remove);
    this.open("whatsapp");
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  all(selector) {
    return this.root.querySelectorAll(selector);
  }

  name({ name, shown, hidden, role }) {
    this.root.setAttribute("aria-label", `Phone of ${name}, ${shown}`);
    this.find(".avatar").textContent = [...name][0].toUpperCase();
    this.find("h2").textContent = name;
    const about = [hidden ? `${shown} (hidden)` : shown, role].filter(Boolean);
    this.find(".number").textContent = about.join(" · ");
    this.find("textarea").setAttribute("aria-label", `Message from ${name}`);
    for (const { list } of Object.values(this.threads)) list.setAttribute("aria-label", `${list.dataset.label} of ${name}`);
  }

  listen(remove) {
    const box = this.find("textarea");
    this.find(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    box.addEventListener("paste", (event) => this.take(event.clipboardData.files[0]));
    this.find("input[type=file]").addEventListener("change", (event) => this.take(event.target.files[0]));
    this.find(".attached button").addEventListener("click", () => this.take(null));
    this.find(".place").addEventListener("click", () => this.write({ location: INDIA_GATE }));
    this.find(".remove").addEventListener("click", () => remove(this));
    this.find(".suggest").addEventListener("click", () => this.prefill(suggestion(this.chat.last, this.facts.name)));
    this.find(".banner").addEventListener("click", () => this.open("sms"));
    for (const tab of this.all("[role=tab]")) {
      tab.addEventListener("click", () => this.open(tab.dataset.thread));
      tab.addEventListener("keydown", (event) => this.moveTab(event));
    }
  }

  moveTab(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const tabs = [...this.all("[role=tab]")];
    const step = event.key === "ArrowLeft" ? tabs.length - 1 : 1;
    const next = tabs[(tabs.indexOf(event.currentTarget) + step) % tabs.length];
    this.open(next.dataset.thread);
    next.focus();
  }

  open(thread) {
    this.current = thread;
    this.find(".device").classList.toggle("texts", thread === "sms");
    for (const sheet of [this.sheet, this.form]) sheet.root.hidden = true;
    if (thread !== "sms") this.chosen = thread;
    for (const list of this.all(".log")) list.hidden = list.dataset.thread !== thread;
    for (const tab of this.all("[role=tab]")) {
      const chosen = tab.dataset.thread === thread;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    const number = this.find(".who small");
    number.textContent = number.dataset[thread];
    this.find(".composer").hidden = thread === "sms";
    this.find(".one-way").hidden = thread !== "sms";
    if (thread === "sms") this.find(".banner").hidden = true;
    this.seen();
  }

  // Words that stand ready to be sent, as a link to WhatsApp brings them.
  prefill(text) {
    if (this.current === "sms") this.open(this.chosen);
    const box = this.find("textarea");
    box.value = text;
    box.focus({ preventScroll: true });
  }

  // Gives words that stand ready here to another phone. False: they were sent or changed, or the other has its own.
  handOver(text, other) {
    const box = this.find("textarea");
    if (box.value !== text || other.find("textarea").value) return false;
    box.value = "";
    other.prefill(text);
    return true;
  }

  // Opens the thread of the newest message that this phone got, and of one that comes within a minute.
  showNewest() {
    this.newestUntil = Date.now() + NEWEST_MS;
    const got = Object.entries(this.threads).map(([name, thread]) => [thread.lastReceivedAt, name]);
    const [at, name] = got.reduce((a, b) => (b[0] > a[0] ? b : a));
    if (at) this.open(name);
  }

  // Takes a message of this phone. `fresh`: it came while the page was open.
  show(message, fresh) {
    const isNew = this.threads[message.thread].show(message);
    if (isNew && !message.mine) this.count(message, fresh);
    this.refresh();
  }

  count(message, fresh) {
    if (fresh && Date.now() < (this.newestUntil ?? 0)) return this.open(message.thread);
    if (message.thread === this.current && this.isSeen()) return markSeen(this.facts.number, message.thread, message.at);
    if (message.at > seenUntil(this.facts.number, message.thread)) this.unread[message.thread] += 1;
    if (fresh) this.notice(message);
  }

  notice(message) {
    if (message.thread !== "sms" || this.current === "sms") return;
    const banner = this.find(".banner");
    banner.replaceChildren(element("strong", {}, `SMS · ${this.find(".in-texts").textContent}`), element("span", { dir: "auto" }, message.text));
    banner.hidden = false;
    setTimeout(() => (banner.hidden = true), BANNER_MS);
  }

  isSeen() {
    return this.root.offsetParent !== null;
  }

  // What is in sight now has been read.
  seen() {
    const thread = this.threads[this.current];
    if (this.isSeen() && thread.lastReceivedAt) {
      markSeen(this.facts.number, this.current, thread.lastReceivedAt);
      this.unread[this.current] = 0;
    }
    this.refresh();
    this.threads[this.current].toEnd();
  }

  // The chat that is open, or was open before the SMS were looked at: one for each of the organiser's numbers.
  get chat() {
    return this.threads[this.chosen];
  }

  get waits() {
    const last = this.chat.last;
    return Boolean(last?.mine && last.status === "receiving" && !last.note);
  }

  refresh() {
    for (const tab of this.all("[role=tab]")) {
      const badge = tab.querySelector(".badge");
      badge.textContent = this.unread[tab.dataset.thread];
      badge.hidden = !this.unread[tab.dataset.thread];
    }
    this.find(".typing").hidden = !(this.waits && this.current !== "sms");
    this.offer();
    this.hooks.changed(this);
  }

  // The last message's numbered answers as buttons, where WhatsApp could show them as buttons or as a list. A
  // template's own stand in its bubble.
  offer() {
    const last = this.chat.last;
    const found = !last || last.mine || last.card?.rows ? [] : options(last.text);
    const row = this.find(".quick");
    row.hidden = this.current === "sms" || !found.length;
    const named = JSON.stringify(found);
    if (row.dataset.named === named) return;
    row.dataset.named = named;
    row.replaceChildren(...found.map((option) => this.chip(option)));
  }

  // What WhatsApp does when a button or a list row is tapped: the words as a message that names its question.
  tap({ sid, card }, { id, title }) {
    const what = card.kind === "buttons" ? { button: [id, title] } : { row: [id, title] };
    this.write({ ...what, reply_to: sid });
    this.find("textarea").focus({ preventScroll: true });
  }

  chip({ number, title }) {
    const button = element("button", { type: "button" }, element("b", {}, number), title ? ` ${title}` : "");
    button.addEventListener("click", () => {
      this.write({ text: number });
      this.find("textarea").focus({ preventScroll: true });
    });
    return button;
  }

  take(file) {
    const preview = this.find(".attached");
    this.file = file ?? null;
    this.find(".more").open = false;
    preview.hidden = !file;
    preview.querySelector("span").textContent = file?.name ?? "";
    const picture = preview.querySelector("img");
    if (picture.src) URL.revokeObjectURL(picture.src);
    picture.hidden = !file?.type.startsWith("image/");
    if (picture.hidden) picture.removeAttribute("src");
    else picture.src = URL.createObjectURL(file);
    if (!file) this.find("input[type=file]").value = "";
    this.find("textarea").focus({ preventScroll: true });
  }

  async send() {
    const box = this.find("textarea");
    const text = box.value;
    if (!text.trim() && !this.file) return;
    const file = this.file;
    box.value = "";
    if (file) this.take(null);
    const sent = await this.write({ text }, file);
    if (!sent) box.value = text;
  }

  async write(what, file = null) {
    this.find(".more").open = false;
    try {
      const media = file ? [(await api.attach(file)).sid] : [];
      const { sender } = this.find(`[data-thread=${this.chat.list.dataset.thread}][role=tab]`).dataset;
      const message = await api.write({ phone: this.facts.number, to: sender, media, ...what });
      this.show(message, true);
      this.hooks.failed("");
      return true;
    } catch (problem) {
      this.hooks.failed(problem.message);
      return false;
    }
  }
}
