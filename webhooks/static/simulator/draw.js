// Small pieces of page, made without any HTML text, so that nothing that somebody wrote can become markup.

const SVG = "http://www.w3.org/2000/svg";

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

export function icon(name, label) {
  const picture = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${name}`);
  picture.append(use);
  if (label) {
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
  } else {
    picture.setAttribute("aria-hidden", "true");
  }
  return picture;
}

// WhatsApp's marks: *bold*, _italic_, ~struck~, and addresses as links.
const MARKS = /(https?:\/\/[^\s]+)|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/giu;
const TAGS = { "*": "strong", _: "em", "~": "s" };

export function formatted(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    parts.push(text.slice(from, match.index));
    parts.push(match[1] ? link(match[1]) : element(TAGS[match[2]], {}, ...formatted(match[3])));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

function link(address) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
}

const MOST_ROWS = 10;

// The numbered lines at the end of a message, where a list of WhatsApp holds them: what could be answered by a tap.
export function options(text) {
  const found = [];
  for (const line of text.trimEnd().split("\n").reverse()) {
    const match = /^(\d{1,2})\.\s+(.+)$/u.exec(line.trim());
    if (!match) break;
    found.unshift({ number: match[1], title: plain(match[2]) });
  }
  const counted = found.every((option, place) => Number(option.number) === place + 1);
  return counted && found.length <= MOST_ROWS ? found : [];
}

// An answer that fits the message: its first option, the word that it says can be typed, a number, else the name.
export function suggestion(message, name) {
  if (!message || message.mine) return "hi";
  const rows = message.card?.rows ?? options(message.text);
  if (rows.length) return "1";
  const words = [...message.text.matchAll(/\*([\p{L}\p{M}]+)\*/gu)];
  return words.at(-1)?.[1] ?? (/\d/u.test(message.text) ? "2" : name);
}

const plain = (text) => text.replace(/[*_~]/g, "");

export const time = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function day(at) {
  const today = new Date().toDateString();
  const that = new Date(at);
  if (that.toDateString() === today) return "Today";
  return that.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}
