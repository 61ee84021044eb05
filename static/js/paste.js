// What is pasted from Word, Google Docs, LibreOffice, Notes or a page arrives as Markdown that our pages render.
//
// The HTML is parsed into a document of its own, where nothing runs and nothing loads. Of it a second tree is built,
// of a dozen plain tags and no address that was not checked; turndown writes that down. Only text enters the page.

// Of more than this the browser pastes the plain text. The longest note that can be kept has 40,000 characters and, from
// Word, 11,000 tags; a browser needs minutes to parse 200,000 tags that are never closed.
const MOST_TAGS = 20_000;
const LONGEST = 100_000; // characters of words
const DEEPEST = 5; // lists and quotations in each other; analysis/text.py renders 12
const BLOCKS = new Set(
  ("address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form " +
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul").split(" "),
);
const DROPPED =
  "applet,audio,button,canvas,datalist,del,embed,frame,frameset,head,iframe,img,input,link,map,math,meta,noembed," +
  "noframes,noscript,object,option,picture,script,select,svg,template,textarea,title,video,xml,[hidden]," +
  ".msocomanchor";
const HIDDEN = /display:\s*none|mso-hide:\s*all|mso-list:\s*ignore|mso-(element|special-character):\s*comment/i;
const CODE = new Set(["code", "kbd", "samp", "tt"]);
const MARK = /^\[?([\w*†‡]{1,5})\]?$/; // of a footnote

const inert = document.implementation.createHTMLDocument("");
const styleOf = (node) => node.dataset?.style ?? "";
const isList = (node) => node?.localName === "ul" || node?.localName === "ol";

function add(parent, tag) {
  return parent.appendChild(inert.createElement(tag));
}

// --- the second tree ------------------------------------------------------------------------------------------------

// `at` is the place that is written to: the block `into`, its open paragraph `p` if there is one, and how deep it is.
// `marks` are what the words are so far: strong, em, code, href.

function flow(node, at, marks) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) write(at, child.data, marks);
    else if (child.nodeType === Node.ELEMENT_NODE && !isHidden(child)) element(child, at, marks);
  }
}

function isHidden(node) {
  return node.localName.startsWith("v:") || HIDDEN.test(styleOf(node)); // v: is for Word's pictures
}

function element(node, at, marks) {
  const tag = node.localName;
  if (tag === "br") return breakLine(at);
  if (!BLOCKS.has(tag)) return phrase(node, at, marks);
  if (at.inLine) {
    flow(node, at, marks);
    return write(at, " ", {});
  }
  at.p = null;
  block(node, at, marks);
  at.p = null;
}

function breakLine(at) {
  if (at.inLine) write(at, " ", {});
  else if (at.p?.lastChild?.localName !== "br") at.p?.append(inert.createElement("br"));
  else at.p = null; // two of them end a paragraph
}

function phrase(node, at, marks) {
  if (node.localName === "sup" && /^\d+$/.test(node.textContent)) {
    return write(at, node.textContent.replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]), marks);
  }
  if (node.localName === "a" && (node.getAttribute("href")?.startsWith("#") || node.closest("sup"))) {
    const mark = MARK.exec(node.textContent.trim())?.[1];
    if (mark) return write(at, `[${mark}]`, marks);
  }
  flow(node, at, marked(node, marks));
}

// Style counts more than the tag: Google Docs puts everything into a <b> whose weight is normal.
function marked(node, marks) {
  const tag = node.localName;
  const style = styleOf(node);
  const weight = /(?<!-)font-weight:\s*(bold|[6-9]00|normal|[1-5]00)/i.exec(style)?.[1];
  const slant = /(?<!-)font-style:\s*(italic|oblique|normal)/i.exec(style)?.[1];
  return {
    strong: weight ? /bold|[6-9]00/i.test(weight) : tag === "b" || tag === "strong" || marks.strong,
    em: slant ? !/normal/i.test(slant) : tag === "i" || tag === "em" || tag === "cite" || marks.em,
    code: CODE.has(tag) || marks.code,
    href: (tag === "a" && address(node.getAttribute("href"))) || marks.href,
  };
}

// Relative to a page that nobody knows here, a link leads nowhere; its words stay.
function address(raw) {
  let url = URL.parse(raw ?? "");
  if (url?.hostname === "www.google.com" && url.pathname === "/url") {
    url = URL.parse(url.searchParams.get("q") ?? url.searchParams.get("url") ?? "");
  }
  if (!["http:", "https:", "mailto:"].includes(url?.protocol)) return "";
  return url.href.replace(/[()`\\]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

function block(node, at, marks) {
  const tag = node.localName;
  const level = Number(/^h([1-6])$/.exec(tag)?.[1] ?? (node.role === "heading" && node.ariaLevel));
  const item = /mso-list:\s*l\d+\s+level(\d)/i.exec(styleOf(node));
  if (level || node.classList.contains("MsoTitle")) {
    const heading = add(at.into, at.depth ? "p" : level > 2 ? "h3" : "h2");
    flow(node, { into: heading, p: heading, inLine: true, plain: true }, { href: marks.href });
  } else if (item) {
    const marker = node.querySelector('[data-style*="Ignore" i]')?.textContent ?? "";
    fillItem(itemAt(at, Number(item[1]), /[\p{L}\d][.)]/u.test(marker) ? "ol" : "ul"), node, at, marks);
  } else if (isList(node) && at.depth < DEEPEST) {
    items(node, node.querySelector("[data-aria-level]") ? null : add(at.into, tag), at, marks);
  } else if ((tag === "blockquote" || /^Mso\w*Quote$/.test(node.className)) && at.depth < DEEPEST) {
    const last = at.into.lastElementChild;
    const quote = tag === "p" && last?.localName === "blockquote" ? last : add(at.into, "blockquote");
    flow(node, { into: quote, p: null, depth: at.depth + 1 }, marks);
  } else if (tag === "table") {
    table(node, at, marks);
  } else if (tag === "pre") {
    for (const line of node.textContent.split("\n")) {
      write(at, line, { code: true });
      breakLine(at);
    }
  } else {
    flow(node, at, marks);
  }
}

// A table becomes lines; one of a single column is there for the layout, and stands for what it holds.
function table(node, at, marks) {
  for (const row of node.rows) {
    at.p = null;
    if (row.cells.length === 1) {
      flow(row.cells[0], at, marks);
      continue;
    }
    const line = { into: at.into, p: add(at.into, "p"), inLine: true };
    for (const [n, cell] of [...row.cells].entries()) {
      if (n) write(line, " | ", {});
      flow(cell, line, marks);
    }
  }
}

// `list` is the one to write to. Without it each item says its level: Word Online gives each a list of its own.
function items(node, list, at, marks) {
  for (const child of node.children) {
    if (isHidden(child)) continue;
    const level = Number(child.dataset.ariaLevel);
    if (child.localName === "li") {
      fillItem(list ? add(list, "li") : itemAt(at, level || 1, node.localName), child, at, marks);
    } else if (list && isList(child)) {
      // Google Docs puts a list into a list, and not into its item.
      block(child, { into: list.lastElementChild ?? add(list, "li"), p: null, depth: at.depth + 1 }, marks);
    } else {
      items(child, list, at, marks);
    }
  }
}

// A new item at the end of a place, in the list of that level; of a level that was left out, in the deepest there is.
function itemAt(at, level, tag) {
  let place = at.into;
  for (let n = 1; ; n++) {
    const last = place.lastElementChild;
    if (!isList(last)) return add(add(place, tag), "li");
    if (n >= Math.min(level, DEEPEST)) return add(last.localName === tag ? last : add(place, tag), "li");
    place = last.lastElementChild;
  }
}

function fillItem(item, node, at, marks) {
  item.value = (item.previousElementSibling?.value ?? 0) + 1;
  flow(node, { into: item, p: null, depth: at.depth + 1 }, marks);
  const paragraphs = [...item.children].filter((child) => child.localName === "p");
  if (paragraphs.length === 1) paragraphs[0].className = "tight"; // no blank lines around it
}

// Programs cut words at random: what has the same mark as the words before it joins them.
function same(place, tag, href = null) {
  const last = place.lastChild;
  if (last?.localName === tag && last.getAttribute("href") === href) return last;
  const made = add(place, tag);
  if (href) made.setAttribute("href", href);
  return made;
}

function write(at, data, marks) {
  // Soft hyphens and zero-width spaces hide a word from search. One no-break space is French; more of them are layout.
  const text = data.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b\ufeff]/g, "").replace(/[ \t\r\n\xa0]{2,}/g, " ");
  const blank = !text.trim();
  if (!text || (blank && (!at.p?.lastChild || at.p.lastChild.localName === "br"))) return;
  let place = (at.p ??= add(at.into, "p"));
  if (!blank) {
    if (marks.href) place = same(place, "a", marks.href);
    if (marks.strong && !at.plain) place = same(place, "strong");
    if (marks.em) place = same(place, "em");
    if (marks.code && !marks.href) place = same(place, "code");
  }
  place.append(text);
}

// --- written down ---------------------------------------------------------------------------------------------------

// What would be read as Markdown though it was none. An underscore within a word is harmless there.
function escapeText(text) {
  return text
    .replace(/\\(?=[\\`*_{}[\]()>#+\-.!])|[*`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replace(/\[(?=\^)|\](?=[[(])/g, "\\$&")
    .replace(/&(?=#?\w+;)/g, "&amp;")
    .replace(/<(?=[^\s<>]+[:@])/g, "&lt;");
}

// What would begin a heading, a list, a quotation, a rule or a definition at the start of a line.
function escapeLines(content) {
  return content
    .trim()
    .replace(/^ *(?:[#>]|[-+](?= |[- ]*$))/gm, (start) => `${start.slice(0, -1)}\\${start.at(-1)}`)
    .replace(/^ *\d+(?=\. )/gm, "$&\\")
    .replace(/^ *(?=\[[^[\]]*\]:)/gm, "\\")
    .replace(/^=(?==* *$)/gm, "&#61;");
}

const writer = new TurndownService({ headingStyle: "atx" });
writer.escape = escapeText;
writer.addRule("paragraph", {
  filter: "p",
  replacement(content, node) {
    const gap = node.className === "tight" ? "\n" : "\n\n";
    return gap + escapeLines(content) + gap;
  },
});
writer.addRule("heading", {
  filter: ["h2", "h3"],
  replacement(content, node) {
    const mark = "#".repeat(Number(node.localName[1]));
    return `\n\n${mark} ${content.trim().replace(/#$/, "\\#")}\n\n`;
  },
});
writer.addRule("item", {
  filter: "li",
  replacement(content, node) {
    const mark = node.parentNode.localName === "ol" ? `${node.value}.` : "-";
    return `${mark} ${content.trim().replace(/\n(?!\n)/g, "\n    ")}\n`;
  },
});
writer.addRule("link", {
  filter: "a",
  replacement: (content, node) => `[${content.replace(/(?<!\\)[[\]]/g, "\\$&")}](${node.getAttribute("href")})`,
});
writer.addRule("emphasis", {
  filter: "em",
  replacement(content, node) {
    const [before, after] = [node.previousSibling?.textContent ?? "", node.nextSibling?.textContent ?? ""];
    const mark = /[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(after) ? "*" : "_"; // within a word, _ is none
    return mark + content + mark;
  },
});

// Chromium holds our CSP against the styles and handlers of a document that is never shown, and reports each. So they get
// other names before they are parsed; <noembed> is raw text as <style> is.
function disarmed(html) {
  return html
    .replace(/<(\/?)style\b/gi, "<$1noembed")
    .replace(/<base\b/gi, "<meta")
    .replace(/<[a-z][^<>]*/gi, (tag) => tag.replace(/[\s"'/](?=(?:style|on[a-z]+)\s*=)/gi, "$& data-"));
}

// Empty if nothing is left, or if it is too much.
function toMarkdown(html) {
  if ((html.match(/<[a-z]/gi)?.length ?? 0) > MOST_TAGS) return "";
  const { body } = new DOMParser().parseFromString(disarmed(html), "text/html");
  for (const node of body.querySelectorAll(DROPPED)) node.remove();
  if (body.textContent.length > LONGEST) return "";
  const root = inert.createElement("div");
  try {
    flow(body, { into: root, p: null, depth: 0 }, {});
    return writer.turndown(root);
  } catch (error) {
    if (error instanceof RangeError) return ""; // nested deeper than the stack
    throw error;
  }
}

// --- into the text --------------------------------------------------------------------------------------------------

// By a command that typing uses: so it can be undone, and counters and drafts hear of it. Chromium takes two seconds to
// insert 500 lines as text, and 50 ms as HTML that has no tag in it; Firefox refuses HTML here and is quick with text.
function insert(text, markdown) {
  const before = text.value.slice(0, text.selectionStart);
  const after = text.value.slice(text.selectionEnd);
  const isBlock = /\n\n|^(#|>|- |\d+\. )/.test(markdown);
  const lead = isBlock && before ? "\n".repeat(2 - /\n{0,2}$/.exec(before)[0].length) : "";
  const tail = isBlock && after ? "\n".repeat(2 - /^\n{0,2}/.exec(after)[0].length) : "";
  const whole = lead + markdown + tail;
  const escaped = whole.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  document.execCommand("insertHTML", false, escaped) || document.execCommand("insertText", false, whole);
}

document.addEventListener("paste", (event) => {
  if (!event.target.matches?.("textarea[data-markdown]")) return;
  const html = event.clipboardData.getData("text/html");
  // From a program for code the plain text is what was meant: Markdown, most likely.
  const markdown = event.clipboardData.types.includes("vscode-editor-data") ? "" : toMarkdown(html);
  if (!markdown) return;
  event.preventDefault();
  insert(event.target, markdown);
});
