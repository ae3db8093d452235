// Text with entities, drawn as paragraphs. Offsets are UTF-16 units, as in JavaScript strings.

import { button, make } from "./dom.js";

const blocks = new Set(["blockquote", "expandable_blockquote", "pre"]);
const plainTags = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
};

// `chat` says a text as this person, which serves commands and start links, and has the words.
export function drawText(text, entities, chat) {
  const parts = [];
  let at = 0;
  const outer = entities.filter((entity) => blocks.has(entity.type));
  for (const block of outer) {
    if (block.offset < at) continue;
    parts.push(...paragraphs(text, at, block.offset, entities, chat));
    parts.push(drawBlock(text, block, entities, chat));
    at = block.offset + block.length;
  }
  parts.push(...paragraphs(text, at, text.length, entities, chat));
  return parts;
}

function drawBlock(text, block, entities, chat) {
  const end = block.offset + block.length;
  if (block.type === "pre") {
    return make("pre", { tabindex: "0", dir: "auto" }, text.slice(block.offset, end));
  }
  const quote = make(
    "blockquote",
    { class: block.type === "expandable_blockquote" ? "short" : null },
    ...paragraphs(text, block.offset, end, entities, chat),
  );
  if (block.type !== "expandable_blockquote") return quote;
  const more = button(chat.w.all, { class: "more", "aria-expanded": "false" }, () => {
    const short = quote.classList.toggle("short");
    more.setAttribute("aria-expanded", String(!short));
    more.textContent = short ? chat.w.all : chat.w.less;
  });
  return make("div", {}, quote, more);
}

function paragraphs(text, start, end, entities, chat) {
  // The line break that separates a block from its neighbours is drawn by the block itself.
  if (start > 0 && text[start] === "\n" && start < end) start += 1;
  if (end < text.length && text[end - 1] === "\n" && start < end) end -= 1;
  if (start >= end) return [];
  const found = [];
  let at = start;
  for (const line of text.slice(start, end).split("\n")) {
    // A line without letters follows the chat's direction instead of falling back to ltr.
    const dir = /\p{L}/u.test(line) ? "auto" : null;
    const inner = entities.filter(
      (e) => !blocks.has(e.type) && e.offset < at + line.length && e.offset + e.length > at,
    );
    found.push(
      make(
        "p",
        { dir, class: line.trim() ? null : "gap" },
        ...inline(text, at, at + line.length, inner, chat),
      ),
    );
    at += line.length + 1;
  }
  return found;
}

function inline(text, start, end, entities, chat) {
  const nodes = [];
  let at = start;
  entities.forEach((entity, index) => {
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to || entity.offset + entity.length <= at) return;
    if (from > at) nodes.push(text.slice(at, from));
    const rest = entities.slice(index + 1).filter((e) => e.offset < to);
    const content = inline(text, from, to, rest, chat);
    nodes.push(wrap(entity, text.slice(from, to), content, chat));
    at = to;
  });
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, words, content, chat) {
  switch (entity.type) {
    case "text_link":
      return link(entity.url, content, chat);
    case "url":
      return link(/^[a-z]+:/i.test(words) ? words : `https://${words}`, content, chat);
    case "email":
      return make("a", { href: `mailto:${words}` }, ...content);
    case "bot_command":
      return button(words, { class: "link", dir: "ltr" }, () => chat.say(words));
    case "spoiler": {
      const cover = button(chat.w.hidden, { class: "spoiler" }, () => {
        const shown = make("span", { tabindex: "-1" }, ...content);
        cover.replaceWith(shown);
        shown.focus();
      });
      return cover;
    }
    default:
      return make(plainTags[entity.type] ?? "span", {}, ...content);
  }
}

// The token of a link that starts this very bot, or null.
export function startToken(url, bot) {
  const found = /^(?:https?:\/\/)?t\.me\/(\w+)\?start=([\w-]{1,64})$/i.exec(url);
  return found && found[1].toLowerCase() === bot.username.toLowerCase() ? found[2] : null;
}

function link(url, content, chat) {
  const token = startToken(url, chat.bot);
  if (token !== null) {
    return button(content, { class: "link" }, () => chat.say(`/start ${token}`));
  }
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...content);
}
