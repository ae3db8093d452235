// The page: connects to the playground, keeps one column per person.

import { act, button, languageName, make } from "./dom.js";
import { Chat } from "./chat.js";
import { page } from "./words.js";

const languages = ["en", "es", "fr", "pt-br", "ru", "ar", "hi", "zh-hans"];
const get = (id) => document.getElementById(id);
const bot = { name: "Bot", username: "" };
const chats = new Map();
const main = get("chats");
const people = get("people");

function choose(id, focus = false) {
  for (const [other, chat] of chats) {
    const current = other === id;
    chat.node.classList.toggle("current", current);
    if (current) {
      chat.tab.setAttribute("aria-current", "true");
      chat.tab.classList.remove("news");
      if (focus) chat.node.scrollIntoView({ inline: "center", block: "nearest" });
    } else chat.tab.removeAttribute("aria-current");
  }
  history.replaceState(null, "", `#${id}`);
}

function showPerson(state) {
  let chat = chats.get(state.id);
  const isNew = chat === undefined;
  if (isNew) {
    chat = new Chat(state, bot, showAlert);
    chat.follow = true;
    chat.tab = button([], {}, () => choose(state.id, true));
    chats.set(state.id, chat);
    main.append(chat.node);
    people.append(chat.tab);
    people.hidden = chats.size < 2;
  }
  chat.tab.replaceChildren(make("bdi", { lang: state.language ?? "" }, state.name));
  const before = chat.state?.messages.length ?? state.messages.length;
  chat.update(state);
  if (state.messages.length > before && !chat.node.classList.contains("current")) {
    chat.tab.classList.add("news");
    chat.tab.append(make("span", { class: "unseen" }, ` (${page.news})`));
  }
  if (isNew) {
    const wanted = location.hash.slice(1);
    if (chats.size === 1 || wanted === state.id) {
      const hash = location.hash;
      choose(state.id);
      if (hash) history.replaceState(null, "", hash);
    }
  }
}

function showAlert(text, { lang, dir, ok }) {
  const dialog = get("alert");
  get("alert-text").textContent = text;
  dialog.dir = dir;
  dialog.lang = lang;
  dialog.querySelector("button").textContent = ok;
  if (!dialog.open) dialog.showModal();
}

function connect() {
  const source = new EventSource("/play/events");
  source.addEventListener("open", () => {
    get("connection").textContent = "";
  });
  source.addEventListener("bot", (event) => {
    Object.assign(bot, JSON.parse(event.data));
    get("bot-name").textContent = bot.name;
    document.title = bot.name;
  });
  source.addEventListener("person", (event) => showPerson(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    get("connection").textContent = page.lost;
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1500);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

function prepareForm() {
  const dialog = get("new-person");
  const form = dialog.querySelector("form");
  form.elements.language.append(
    ...languages.map((tag) => make("option", { value: tag, lang: tag }, languageName(tag))),
    make("option", { value: "" }, page.no_language),
  );
  get("add").addEventListener("click", () => dialog.showModal());
  form.addEventListener("submit", async () => {
    const body = { name: form.elements.name.value, language: form.elements.language.value };
    form.reset();
    const { id } = await act("people", body);
    const focus = () => {
      const chat = chats.get(id);
      if (chat === undefined) return void setTimeout(focus, 50);
      choose(id, true);
      chat.input.focus();
    };
    focus();
  });
}

for (const close of document.querySelectorAll("[data-close]")) {
  close.addEventListener("click", () => close.closest("dialog").close());
}
addEventListener("hashchange", () => {
  const id = location.hash.slice(1);
  if (chats.has(id)) choose(id, true);
});
prepareForm();
connect();
