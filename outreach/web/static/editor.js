// The page where a piece is written: rich text, length meters, order by dragging, a preview that follows, and nothing
// that was typed is lost. Without it the page works with text areas in Markdown and a button per pane.
import { Editor, Node, mergeAttributes } from "@tiptap/core";
import Bold from "@tiptap/extension-bold";
import Document from "@tiptap/extension-document";
import HardBreak from "@tiptap/extension-hard-break";
import Italic from "@tiptap/extension-italic";
import Link from "@tiptap/extension-link";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import Paragraph from "@tiptap/extension-paragraph";
import Text from "@tiptap/extension-text";
import { UndoRedo } from "@tiptap/extensions";
import Sortable from "sortablejs";

const page = document.querySelector(".compose");
const said = page.dataset;
const AGAIN = 5000; // milliseconds until what could not be sent is sent again

// A merge field: a chip that is one piece, so that nobody can break it by typing.
const Merge = Node.create({
  name: "merge",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    field: { parseHTML: (it) => it.dataset.merge, renderHTML: (it) => ({ "data-merge": it.field }) },
    label: { parseHTML: (it) => it.textContent, renderHTML: () => ({}) },
  }),
  parseHTML: () => [{ tag: "span[data-merge]" }],
  renderHTML: ({ node, HTMLAttributes }) => ["span", mergeAttributes(HTMLAttributes), node.attrs.label],
});

function button(label, content, act) {
  const it = document.createElement("button");
  it.type = "button";
  it.innerHTML = `<span aria-hidden="true">${content}</span>`;
  it.setAttribute("aria-label", label);
  it.title = label;
  it.addEventListener("click", act);
  return it;
}

const lines = (path) => `<svg class="icon" viewBox="0 0 24 24"><path d="${path}"/></svg>`;

function enrich(area) {
  const form = area.form;
  form.elements.as.value = "html";
  area.value = area.dataset.html;
  area.hidden = true;
  const box = document.createElement("div");
  box.className = "rich";
  const bar = document.createElement("div");
  bar.className = "rich-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", area.dataset.label);
  const surface = document.createElement("div");
  box.append(bar, surface);
  area.after(box);
  const editor = new Editor({
    element: surface,
    injectCSS: false,
    extensions: [
      Document, Paragraph, Text, Bold, Italic, HardBreak, BulletList, OrderedList, ListItem, ListKeymap, UndoRedo, Merge,
      Link.configure({ openOnClick: false, autolink: false, protocols: ["mailto"], HTMLAttributes: { target: null, rel: null } }),
    ],
    content: area.value,
    editorProps: {
      attributes: { class: "rich-text", role: "textbox", "aria-multiline": "true", "aria-label": area.dataset.label, lang: area.lang },
    },
    onUpdate: ({ editor: now }) => {
      area.value = now.isEmpty ? "" : now.getHTML();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const marks = [
    ["bold", said.bold, "<b>B</b>", () => editor.chain().focus().toggleBold().run()],
    ["italic", said.italic, "<i>I</i>", () => editor.chain().focus().toggleItalic().run()],
    ["bulletList", said.list, lines("M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"), () => editor.chain().focus().toggleBulletList().run()],
    ["orderedList", said.numbers, lines("M10 6.5h10M10 12h10M10 17.5h10M4 4.5l1.5-1v5M3.8 14.2c.6-1 2.6-.8 2.4.5-.1.9-1.6 1.6-2.4 2.8h2.6"), () => editor.chain().focus().toggleOrderedList().run()],
    ["link", said.link, lines("M10 14l4-4M9 8l2.5-2.5a4 4 0 0 1 6 6L15 14M15 16l-2.5 2.5a4 4 0 0 1-6-6L9 10"), () => askForLink(editor, bar)],
  ].map(([name, label, content, act]) => [name, button(label, content, act)]);
  for (const [, it] of marks) bar.append(it);
  bar.append(chooser(editor));
  const show = () => marks.forEach(([name, it]) => it.setAttribute("aria-pressed", String(editor.isActive(name))));
  editor.on("transaction", show);
  show();
  const label = document.querySelector(`label[for="${area.id}"]`);
  label.addEventListener("click", (event) => {
    event.preventDefault();
    editor.commands.focus();
  });
}

function chooser(editor) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", said.insert);
  select.append(new Option(`${said.insert} …`, ""));
  for (const [field, label] of JSON.parse(said.merge)) select.append(new Option(label, field));
  select.addEventListener("input", (event) => event.stopPropagation());
  select.addEventListener("change", (event) => {
    event.stopPropagation();
    const chosen = select.selectedOptions[0];
    if (chosen.value) {
      const chip = { type: "merge", attrs: { field: chosen.value, label: chosen.text } };
      editor.chain().focus().insertContent(chip).run();
    }
    select.value = "";
  });
  return select;
}

function askForLink(editor, bar) {
  bar.querySelector(".linking")?.remove();
  const ask = document.createElement("span");
  ask.className = "linking";
  const address = document.createElement("input");
  address.type = "url";
  address.setAttribute("aria-label", said.address);
  address.placeholder = "https://";
  address.value = editor.getAttributes("link").href || "";
  const end = () => {
    ask.remove();
    editor.commands.focus();
  };
  const set = () => {
    const href = address.value.trim();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (href) chain.setLink({ href }).run();
    else chain.unsetLink().run();
    end();
  };
  address.addEventListener("input", (event) => event.stopPropagation());
  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Enter") set();
    else end();
  });
  ask.append(
    address,
    button(said.set, "✓", set),
    button(said.unset, "✕", () => {
      editor.chain().focus().extendMarkRange("link").unsetLink().run();
      end();
    }),
  );
  bar.append(ask);
  address.focus();
}

// As `compose_page.width` counts.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;
function measure(input) {
  const meter = input.form?.querySelector(`output[for="${input.id}"]`);
  if (!meter) return;
  const used = [...input.value].reduce((sum, one) => sum + (WIDE.test(one) || one.codePointAt(0) > 0xffff ? 2 : 1), 0);
  meter.value = `${used}/${meter.dataset.room}`;
  if (used > Number(meter.dataset.room)) meter.dataset.tone = "warn";
  else delete meter.dataset.tone;
}

// Nothing typed is lost: a pane is unsaved from the first key until the server has said so.
const unsaved = new Set();
const state = (form) => form.querySelector(".pane-state");
function tell(form, text, tone) {
  const line = state(form);
  line.dataset.tone = tone;
  line.textContent = text;
}

page.addEventListener("input", (event) => {
  const form = event.target.closest?.(".pane");
  if (!form) return;
  unsaved.add(form.id);
  measure(event.target);
});
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.(".pane");
  if (form && !form.querySelector("[data-keep]")) tell(form, said.saving, "info");
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.(".pane");
  const answer = event.detail?.ctx?.response;
  if (!form || !answer) return;
  if (answer.status < 500) unsaved.delete(form.id);
  if (answer.status === 200) refresh();
  else if (answer.status >= 500) later(form);
});
document.addEventListener("htmx:error", (event) => {
  const form = event.target.closest?.(".pane");
  if (form && event.detail?.error?.name !== "AbortError") later(form);
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});
page.addEventListener("submit", (event) => {
  if (!event.target.closest(".pane")) return;
  unsaved.delete(event.target.id); // a choice between two versions, or Enter: the page comes anew
});

function later(form) {
  tell(form, said.unsaved, "stop");
  setTimeout(() => unsaved.has(form.id) && form.dispatchEvent(new Event("save")), AGAIN);
}

let waiting = 0;
function refresh() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const frame = document.querySelector("#preview iframe");
    if (frame) frame.src = frame.src.replace(/&at=\d+|$/, `&at=${Date.now()}`);
  }, 150);
}

for (const area of page.querySelectorAll("textarea[data-rich]")) enrich(area);
const blocks = document.getElementById("blocks");
Sortable.create(blocks, {
  handle: "h3",
  draggable: ".block",
  onEnd: ({ item, newDraggableIndex, oldDraggableIndex }) => {
    if (newDraggableIndex === oldDraggableIndex) return;
    const move = item.querySelector('.block-head form button[name="to"]');
    const form = move.form;
    const to = document.createElement("input");
    Object.assign(to, { type: "hidden", name: "to", value: newDraggableIndex });
    form.append(to);
    form.submit();
  },
});
