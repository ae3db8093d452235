// One person's column: header, messages, composer.

import { act, button, languageName, make } from "./dom.js";
import { drawText, startToken } from "./text.js";
import { frames } from "./words.js";

export class Chat {
  constructor({ id, locale }, bot, showAlert) {
    this.w = frames[locale];
    this.path = `people/${id}`;
    this.bot = bot;
    this.showAlert = showAlert;
    this.bubbles = new Map();
    this.drawn = new Map();
    this.alertsSeen = null;
    this.build(id);
  }

  build(id) {
    this.name = make("h2", { id: `name-${id}`, dir: "auto" });
    this.about = make("p", { class: "about" });
    this.avatar = make("span", { class: "avatar", "aria-hidden": "true" });
    this.block = button(this.w.block, { class: "quiet small" }, () =>
      this.act(this.state.blocked ? "unblock" : "block"),
    );
    this.invites = make("div", { class: "invites", role: "group", "aria-label": this.w.invites });
    this.empty = make("div", { class: "empty" });
    this.log = make("div", { class: "log", role: "log", "aria-label": this.w.messages, tabindex: "0" });
    this.typing = make("div", { class: "typing" });
    this.toasts = make("div", { class: "toasts", role: "status" });
    this.scroll = make("div", { class: "scroll" }, this.empty, this.log, this.typing);
    this.buildComposer(id);
    this.node = make(
      "section",
      {
        class: "column",
        id: `chat-${id}`,
        "aria-labelledby": `name-${id}`,
        lang: this.w.lang,
        dir: this.w.dir,
      },
      make(
        "header",
        {},
        this.avatar,
        make("div", { class: "who" }, this.name, this.about),
        this.block,
      ),
      this.invites,
      this.scroll,
      this.toasts,
      this.form,
      this.blockedNote,
    );
  }

  buildComposer(id) {
    this.input = make("textarea", { rows: "1", dir: "auto", maxlength: "4096" });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    this.input.addEventListener("input", () => this.fit());
    this.commands = make("ul", { class: "commands", id: `commands-${id}`, hidden: true });
    this.menu = button(
      "/",
      { class: "round", "aria-label": this.w.commands, "aria-controls": `commands-${id}` },
      () => this.openMenu(this.commands.hidden),
    );
    this.menu.setAttribute("aria-expanded", "false");
    this.form = make(
      "form",
      { class: "composer" },
      this.commands,
      this.menu,
      this.input,
      make("button", { class: "round strong", "aria-label": this.w.send }, arrow()),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (!text) return;
      this.input.value = "";
      this.fit();
      this.say(text);
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.commands.hidden) {
        this.openMenu(false);
        this.menu.focus();
      }
    });
    this.blockedNote = make(
      "p",
      { class: "blocked", hidden: true },
      this.w.blocked,
    );
  }

  fit() {
    const lines = Math.min(6, this.input.value.split("\n").length);
    this.input.rows = lines;
  }

  openMenu(open) {
    this.commands.hidden = !open;
    this.menu.setAttribute("aria-expanded", String(open));
    if (open) this.commands.querySelector("button")?.focus();
  }

  async act(what, body) {
    try {
      await act(`${this.path}/${what}`, body);
    } catch (error) {
      this.toast(error.message);
    }
  }

  say(text) {
    this.follow = true;
    return this.act("messages", { text });
  }

  update(state) {
    this.state = state;
    this.name.textContent = state.name;
    this.avatar.textContent = [...state.name][0];
    const about = [
      state.language && make("span", { lang: state.language }, languageName(state.language)),
      state.note && make("span", { dir: "auto" }, state.note),
    ].filter(Boolean);
    if (about.length > 1) about.splice(1, 0, make("span", { class: "dot", "aria-hidden": "true" }, "·"));
    this.about.replaceChildren(...about);
    this.input.setAttribute("aria-label", this.w.message.replace("{name}", state.name));
    this.block.textContent = state.blocked ? this.w.unblock : this.w.block;
    this.form.hidden = state.blocked;
    this.blockedNote.hidden = !state.blocked;
    this.drawInvites(state);
    this.drawEmpty(state);
    this.drawCommands(state.commands);
    const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 90;
    const grew = this.drawMessages(state.messages);
    this.drawTyping(state);
    this.drawAlerts(state.alerts);
    if ((grew && atEnd) || this.follow || (atEnd && (state.draft || state.typing))) {
      this.scroll.scrollTop = this.scroll.scrollHeight;
      if (grew) this.follow = false;
    }
  }

  drawInvites(state) {
    this.invites.hidden = state.invites.length === 0 || state.blocked;
    const words = (label) => [
      make("strong", { dir: "auto" }, label),
      make("span", { class: "hint" }, this.w.invite),
    ];
    this.keepFocus(this.invites, () =>
      state.invites.map(({ label, token }) =>
        button(
          [envelope(), make("span", {}, ...words(label))],
          { class: "invite" },
          () => this.say(`/start ${token}`),
        ),
      ),
    );
  }

  drawEmpty(state) {
    this.empty.hidden = state.messages.length > 0;
    if (this.empty.hidden) return;
    const about = state.about ? drawText(state.about, [], this) : [];
    const start = state.invites.length
      ? []
      : [button(this.w.start, { class: "strong" }, () => this.say("/start"))];
    this.empty.replaceChildren(make("h3", { dir: "auto" }, state.bot_name), ...about, ...start);
  }

  drawCommands(commands) {
    this.menu.hidden = commands.length === 0;
    const key = JSON.stringify(commands);
    if (key === this.commandsKey) return;
    this.commandsKey = key;
    const words = (command, description) => [
      make("bdi", { class: "command", dir: "ltr" }, `/${command}`),
      make("span", { dir: "auto" }, description),
    ];
    this.commands.replaceChildren(
      ...commands.map(({ command, description }) =>
        make("li", {}, button(words(command, description), {}, () => {
          this.openMenu(false);
          this.input.focus();
          this.say(`/${command}`);
        }))),
    );
  }

  drawMessages(messages) {
    const present = new Set(messages.map((message) => message.id));
    for (const [id, node] of this.bubbles) {
      if (present.has(id)) continue;
      node.remove();
      this.bubbles.delete(id);
      this.drawn.delete(id);
    }
    let grew = false;
    for (const message of messages) {
      const key = JSON.stringify(message);
      if (this.drawn.get(message.id) === key) continue;
      const known = this.bubbles.get(message.id);
      const node = known ?? make("article", { class: message.bot ? "bot" : "own" });
      this.keepFocus(node, () => this.drawMessage(message));
      if (known) {
        node.classList.remove("changed");
        void node.offsetWidth; // restarts the highlight
        node.classList.add("changed");
      } else {
        this.bubbles.set(message.id, node);
        this.log.append(node);
        grew = true;
      }
      this.drawn.set(message.id, key);
    }
    return grew;
  }

  drawMessage(message) {
    const kind = message.kind ? make("p", { class: "kind" }, this.w[message.kind]) : null;
    const time = new Date(message.date * 1000);
    const who = message.bot ? this.bot.name : this.state.name;
    const bubble = make(
      "div",
      { class: "bubble" },
      make("span", { class: "unseen" }, `${who}: `),
      kind,
      ...drawText(message.text, message.entities, this),
      make("time", { datetime: time.toISOString() }, time.toLocaleTimeString(
        this.w.lang,
        { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      )),
    );
    if (message.buttons.length === 0) return [bubble];
    const keyboard = make("div", { class: "keyboard", role: "group", "aria-label": this.w.buttons });
    message.buttons.forEach((row, rowNumber) => {
      keyboard.append(make("div", { class: "keys" }, ...row.map((key, columnNumber) =>
        this.key(message, key, rowNumber, columnNumber))));
    });
    return [bubble, keyboard];
  }

  key(message, key, row, column) {
    const look = { class: `key ${key.style ?? ""}`, dir: "auto" };
    if (key.url) {
      const token = startToken(key.url, this.bot);
      if (token !== null) return button(key.text, look, () => this.say(`/start ${token}`));
      return make(
        "a",
        { ...look, href: key.url, target: "_blank", rel: "noopener noreferrer" },
        key.text,
        make("span", { "aria-hidden": "true" }, "↗"),
        make("span", { class: "unseen" }, ` (${this.w.new_tab})`),
      );
    }
    if (key.copy) {
      return button(key.text, look, async () => {
        await navigator.clipboard.writeText(key.copy);
        this.toast(this.w.copied);
      });
    }
    return button(key.text, look, () =>
      this.act("taps", { message_id: message.id, row, column }));
  }

  drawTyping(state) {
    clearTimeout(this.typingTimer);
    const words = state.typing && (state.typing === "typing" ? this.w.typing : this.w.busy);
    const nodes = [];
    if (state.draft) {
      const text = state.draft.text
        ? drawText(state.draft.text, state.draft.entities, this)
        : [dots()];
      nodes.push(make("div", { class: "bubble draft" }, ...text));
      if (state.draft.can_stop) {
        nodes.push(button(this.w.stop, { class: "quiet small" }, () => this.act("stop")));
      }
    } else if (words) {
      nodes.push(make("p", {}, dots(), make("span", { class: "unseen" },
        words.replace("{name}", this.bot.name))));
    }
    this.keepFocus(this.typing, () => nodes);
    if (nodes.length) {
      this.typingTimer = setTimeout(
        () => this.typing.replaceChildren(),
        state.draft ? 30000 : 5000,
      );
    }
  }

  drawAlerts(alerts) {
    const seen = this.alertsSeen ?? alerts.length;
    for (const alert of alerts.slice(seen)) {
      if (alert.modal) this.showAlert(alert.text, this.w);
      else this.toast(alert.text);
    }
    this.alertsSeen = alerts.length;
  }

  toast(text) {
    const node = make("p", { dir: "auto" }, text);
    this.toasts.append(node);
    setTimeout(() => node.remove(), 4000 + 60 * text.length);
  }

  // A redraw must not throw the keyboard user out: focus stays on the button at the same place,
  // or goes to the message when that button is gone.
  keepFocus(node, draw) {
    const before = [...node.querySelectorAll("button, a")];
    const index = before.indexOf(document.activeElement);
    const parts = draw();
    node.replaceChildren(...parts);
    if (index < 0) return;
    const after = [...node.querySelectorAll("button, a")];
    const next = after[Math.min(index, after.length - 1)] ?? this.log;
    next.focus({ preventScroll: true });
  }
}

function dots() {
  return make("span", { class: "dots", "aria-hidden": "true" }, ...[1, 2, 3].map(() => make("i")));
}

function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

const arrow = () => icon("M12 19V6M6 11.5 12 5.5l6 6");
const envelope = () => icon("M4 7h16v11H4zM4.5 7.5 12 13l7.5-5.5");
