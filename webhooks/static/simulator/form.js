// The sheet in which WhatsApp opens a form: its pages one after the other, then the answers are sent.

import { element } from "./draw.js";

const NOT_THIS_DAY = "This day cannot be chosen.";

export class FormSheet {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.next();
    });
    root.querySelector(".close").addEventListener("click", () => this.close());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  open({ pages }, sent, opener) {
    this.pages = pages;
    this.sent = sent;
    this.opener = opener;
    this.answers = {};
    this.root.hidden = false;
    this.show(pages[0]);
  }

  show(page) {
    this.page = page;
    this.root.querySelector("h3").textContent = page.title ?? "";
    this.root.querySelector(".parts").replaceChildren(...page.layout.map((part) => draw(part)).filter(Boolean));
    const footer = page.layout.find((part) => part.type === "FOOTER");
    this.form.querySelector("[type=submit]").textContent = footer?.label ?? "Continue";
    (this.root.querySelector(".parts input") ?? this.form.querySelector("[type=submit]")).focus();
  }

  next() {
    Object.assign(this.answers, Object.fromEntries(new FormData(this.form)));
    const following = this.pages.find((page) => page.id === this.page.next_page_id);
    if (following) return this.show(following);
    this.close();
    this.sent(this.answers);
  }

  close() {
    this.root.hidden = true;
    this.opener.focus({ preventScroll: true });
  }
}

function draw(part) {
  if (part.type === "FOOTER") return null;
  if (part.options) return select(part);
  if (part.type === "DATE_PICKER") return input(part, calendar(part));
  if (part.type === "SHORT_TEXT" || part.type === "LONG_TEXT") return input(part, box(part));
  return element("p", { className: "prose", dir: "auto" }, part.text ?? "");
}

function input(part, made) {
  Object.assign(made, { name: part.name, required: Boolean(part.required) });
  const help = part.text ? [element("small", { dir: "auto" }, part.text)] : [];
  return element("label", {}, element("span", { className: "question", dir: "auto" }, part.label), made, ...help);
}

const box = (part) =>
  element("input", { type: "text", inputMode: part.input_type === "NUMBER" ? "numeric" : "text", autocomplete: "off" });

function calendar(part) {
  const made = element("input", { type: "date", min: part.min_date, max: part.max_date });
  made.addEventListener("input", () =>
    made.setCustomValidity(part.unavailable_dates.includes(made.value) ? NOT_THIS_DAY : ""),
  );
  return made;
}

function select(part) {
  const rows = part.options.map(({ id, title }) =>
    element(
      "label",
      { className: "option" },
      element("span", { dir: "auto" }, title),
      element("input", { type: "radio", name: part.name, value: id, required: Boolean(part.required) }),
    ),
  );
  return element("fieldset", {}, element("legend", { dir: "auto" }, part.label), ...rows);
}
