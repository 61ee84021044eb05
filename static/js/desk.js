// The story screen: adds rows, shows the preview, and sees to it that nothing typed is lost. Without it the form works
// as it stands. Words are counted in words.js, Markdown written in markdown.js, and pasted in paste.js.

const form = document.getElementById("story_form");
const live = document.getElementById("rail-live");

// --- rows: the empty one at the end is the pattern of the next, and not in the way before it is asked for

if (form) {
  document.body.classList.add("scripted");
  for (const button of form.querySelectorAll("[data-adds]")) {
    const rows = form.querySelectorAll(`[data-row="${button.dataset.adds}"]`);
    const first = rows.length === 1 && button.dataset.adds === "sources";
    for (const row of rows) row.hidden = row.classList.contains("blank") && !first;
  }
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-adds]");
  if (!button) return;
  event.preventDefault();
  const next = blank(button.dataset.adds);
  next.hidden = false;
  next.querySelector("input:not([type=hidden]),textarea,select").focus();
});

function rowsOf(kind) {
  return [...form.querySelectorAll(`[data-row="${kind}"]`)];
}

// An empty row to write in: the one that waits hidden, or one made like the newest.
function blank(kind) {
  const number = (row) => Number(/^n(\d+)$/.exec(row.dataset.key)?.[1] ?? 0);
  const newest = rowsOf(kind).reduce((one, other) => (number(other) > number(one) ? other : one));
  return newest.hidden ? newest : add(newest, number(newest) + 1);
}

function add(newest, number) {
  const row = newest.cloneNode(true);
  const [was, key] = [newest.dataset.key, `n${number}`];
  row.dataset.key = key;
  for (const part of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "aria-describedby", "data-n"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replaceAll(`-${was}-`, `-${key}-`).replace(new RegExp(`-${was}$`), `-${key}`));
    }
    part.removeAttribute("aria-invalid");
    if (part.matches("input[type=radio],input[type=checkbox]")) part.checked = false;
    else if (part.matches("input,textarea,select")) part.value = "";
  }
  row.querySelectorAll(".wrong").forEach((words) => words.remove());
  row.querySelector(".found")?.replaceChildren();
  row.classList.add("blank");
  rowsOf(row.dataset.row).at(-1).after(row);
  return row;
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[name=_move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-row]");
  const up = button.value.endsWith("-up");
  const rows = rowsOf(row.dataset.row).filter((one) => !one.hidden);
  const other = rows[rows.indexOf(row) + (up ? -1 : 1)];
  if (!other) return;
  if (up) other.before(row);
  else other.after(row);
  renumber(row.dataset.row);
  button.focus();
  row.dispatchEvent(new Event("input", { bubbles: true }));
});

// The order of the rows as they stand, in their fields and wherever else their numbers are written.
function renumber(kind) {
  for (const [n, row] of rowsOf(kind).filter((one) => !one.hidden).entries()) {
    row.querySelector("[name$=-position]").value = n + 1;
    const judged = form.querySelector(`[data-judged="${kind}-${row.dataset.key}"]`); // its line of the grid
    judged?.parentElement.append(judged);
    for (const place of form.querySelectorAll(`[data-n="${kind}-${row.dataset.key}"]`)) place.textContent = n + 1;
    for (const cell of judged?.querySelectorAll("fieldset") ?? []) {
      cell.ariaLabel = cell.ariaLabel.replace(/^\d+/, n + 1);
    }
  }
}

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-one-line]")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=_save].default"));
  }
});

// --- what is offered: what is known of an address, earlier coverage, names in the text

let looking;
form?.addEventListener("input", (event) => {
  const { look } = event.target.dataset ?? {};
  if (!look) return;
  const target = event.target.closest("[data-row]").querySelector(".found");
  target.replaceChildren(); // it was said of another address
  clearTimeout(looking);
  const url = event.target.value.trim();
  if (url) looking = setTimeout(() => htmx.ajax("GET", `${look}?url=${encodeURIComponent(url)}`, { target, swap: "innerHTML" }), 500);
});

form?.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-take]");
  if (!offer) return;
  const empty = rowsOf(offer.dataset.take).find((one) => one.matches(".blank:not([hidden])") && !one.querySelector("input").value);
  const row = empty ?? blank(offer.dataset.take);
  row.hidden = false;
  const input = row.querySelector("textarea, input:not([type=hidden])");
  const values = offer.dataset.values ? JSON.parse(offer.dataset.values) : {};
  for (const [part, value] of Object.entries(values)) {
    for (const field of row.querySelectorAll(`[name$="-${part}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  }
  if (offer.dataset.value) input.value = offer.dataset.value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  offer.closest("li").remove();
  (offer.dataset.take === "earlier" ? row.querySelector("select") : input).focus();
});

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-find]")) event.preventDefault();
});

// --- radio buttons of the grid: a second click takes the answer back

form?.addEventListener("click", (event) => {
  const radio = event.target;
  if (!radio.matches?.(".stances input[type=radio]")) return;
  if (radio.dataset.was === "yes") {
    radio.checked = false;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const other of form.querySelectorAll(`input[name="${CSS.escape(radio.name)}"]`)) {
    other.dataset.was = other.checked ? "yes" : "";
  }
});

// --- nothing lost: what the server has not confirmed is kept in this browser

const MONTH = 30 * 24 * 60 * 60 * 1000; // so long the server takes what a window left behind
const shelf = form && `desk:${form.dataset.key}`;
const OURS = /^(csrfmiddlewaretoken|window|turn|sources-.*-text)$/;
let sent = ""; // what was on its way at the last request
let typed = Boolean(document.querySelector("#what-is-wrong,.theirs"));
let leaving = false; // the form is on its way: what would be sent now could only come too late
let [retry, wait] = [0, 5_000];

// What a form holds; an empty field says no more than one that is not there.
function held(of = form) {
  const values = [...new FormData(of)].filter(([name, value]) => typeof value === "string" && value && !OURS.test(name));
  return JSON.stringify(values);
}

function keepHere() {
  // The next turn: what is kept here is newer than all that was sent.
  const turn = Number(form.elements.turn.value) + 1;
  const { key, story } = form.dataset;
  const left = { story, turn, at: Date.now(), window: form.elements.window.value, held: held() };
  // Percent signs make three letters of one: a long text is sent as it is.
  if (left.held.length > 200_000) live.setAttribute("hx-encoding", "multipart/form-data");
  try {
    localStorage.setItem(`desk:${key}`, JSON.stringify(left));
    return true;
  } catch {
    return false; // full, or forbidden
  }
}

// In words, or in those of an element that the server sent.
function say(what, wrong) {
  const line = document.getElementById("kept");
  if (!line || line.textContent === (what.textContent ?? what)) return;
  // Read out only when something is wrong: that a draft was kept is said at every pause.
  if (wrong) line.setAttribute("role", "alert");
  else line.removeAttribute("role");
  line.replaceChildren(...(what.cloneNode?.(true).childNodes ?? [what]));
  line.classList.toggle("wrong", Boolean(wrong));
}

if (form) {
  let timer;
  form.addEventListener("input", () => {
    typed = true;
    delete live.dataset.kept;
    clearTimeout(timer);
    timer = setTimeout(keepHere, 250);
  });
  // The fields of a remark are the form's and stand beside it.
  for (const what of ["input", "change"]) {
    document.addEventListener(what, ({ target }) => {
      if (target.form === form && !form.contains(target)) form.dispatchEvent(new Event(what));
    });
  }
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    typed = false;
    leaving = true;
    keepHere(); // until the next page says that it is there
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    htmx.trigger(live, "htmx:abort");
  });
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("pagehide", () => {
    if (!typed || live.dataset.kept) return;
    keepHere(); // for nobody learns whether this arrives
    fetch(form.dataset.keep, { method: "POST", body: packed(new FormData(form)), keepalive: true }).catch(() => {});
  });
  addEventListener("beforeunload", (event) => typed && !live?.dataset.kept && event.preventDefault());

  // Another window of this story, or one that crashed, may have left what the server never got. What is fresh may be a
  // window that is open still; what is too old is not taken any more.
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("desk:") || name === shelf) continue;
    try {
      const left = JSON.parse(localStorage.getItem(name));
      if (Date.now() - left.at > MONTH) localStorage.removeItem(name);
      else bring(name, left);
    } catch {
      localStorage.removeItem(name);
    }
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=_save].default"));
    }
  });
  setInterval(() => document.visibilityState === "visible" && htmx.trigger(document.body, "beat"), 30_000);
  document.querySelector("#theirs-heading,#what-is-wrong")?.focus();
}

// Sends what was left behind to the server, as the draft of the window that it was typed in; what it had already, it
// passes over. Then it is offered, where it belongs to this story.
async function bring(name, left) {
  const body = new FormData();
  for (const [key, value] of JSON.parse(left.held)) body.append(key, value);
  body.append("window", left.window);
  body.append("turn", left.turn);
  body.append("brought", "1");
  const answer = await fetch(form.dataset.keep, { method: "POST", body });
  // "none", or no such header: it is not kept there, so it stays here.
  if (Number(answer.headers.get("X-Turn") ?? "none") >= left.turn) localStorage.removeItem(name);
  const address = `?draft=${encodeURIComponent(name.slice(5))}`;
  const offered = form.querySelector(`a[href="${address}"]`) || location.search.startsWith(address);
  if (answer.headers.get("X-Unsaved") === "yes" && left.story === form.dataset.story && !offered) {
    const offer = document.getElementById("brought");
    offer.hidden = false;
    offer.querySelector("a").href = address;
  }
}

// --- what stands beside the form

// Of a form with a thousand fields most stand as they stood: what the server has is not sent again.
const ALWAYS = /^(csrfmiddlewaretoken|window|shown|turn|version|frame|restored)$/;
const saved = form?.dataset.since && { since: form.dataset.since, held: asItCame() };
let known = saved; // what the form held when the server had it last, and what the server calls that

// What the page came with, whatever the browser has filled in since.
function asItCame() {
  const copy = form.cloneNode(true);
  copy.reset();
  return held(copy);
}

function byName(text) {
  const found = new Map();
  for (const [name, value] of JSON.parse(text)) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

function sendChanges(data) {
  const [was, is] = [byName(known.held), byName(sent)];
  for (const name of [...data.keys()]) if (!ALWAYS.test(name)) data.delete(name);
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    if (ALWAYS.test(name) || JSON.stringify(was.get(name)) === JSON.stringify(is.get(name))) continue;
    for (const value of is.get(name) ?? [""]) data.append(name, value); // taken away: sent empty
  }
  data.set("since", known.since);
}

function packed(data) {
  sent = held();
  form.elements.turn.value = Number(form.elements.turn.value) + 1;
  data.set("turn", form.elements.turn.value);
  // The text of a source is compared when it is saved, and not kept with what is typed.
  for (const name of [...data.keys()]) if (/^sources-.*-text$/.test(name)) data.delete(name);
  if (known) sendChanges(data);
  return data;
}

live?.addEventListener("htmx:configRequest", (event) => {
  if (leaving) event.preventDefault();
  else packed(event.detail.formData);
});

// The server says which turn of this window is the newest that it keeps. Only if that is the one that was sent, the
// text is safe there; an answer that does not say so came from somebody else: a proxy, an error, a page of login.
live?.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = event.detail;
  const newest = xhr.getResponseHeader("X-Turn");
  if (newest === null) return xhr.status && unanswered(); // without a status it was never answered, or given up
  const turn = Number(form.elements.turn.value);
  const whole = xhr.status === 204; // what was changed came to something else than it was changed from
  const since = xhr.getResponseHeader("X-Since");
  const kept = !whole && Number(newest) === turn;
  const line = live.querySelector("[data-kept-line]");
  const wrong = line?.hasAttribute("data-wrong");
  if (line && (kept || wrong)) say(line, wrong);
  known = undefined;
  if (kept) {
    known = since ? { since, held: sent } : saved;
    [retry, wait] = [clearTimeout(retry), 5_000];
    if (held() === sent) { // and nothing was typed since
      live.dataset.kept = "yes";
      localStorage.removeItem(shelf);
    }
    // What was restored is kept as this window's now: a reload shall find it.
    if (/[?&]draft=/.test(location.search)) history.replaceState(null, "", `?draft=${form.dataset.key}`);
  } else {
    keepHere();
    // Another tab sent what this one had left behind: say it once more, or say it whole.
    if (Number(newest) > turn) form.elements.turn.value = newest;
    if (whole || Number(newest) > turn) htmx.trigger(document.body, "beat");
  }
  showPreview();
});
live?.addEventListener("htmx:sendError", unanswered);

function unanswered() {
  if (leaving) return;
  delete live.dataset.kept;
  say(keepHere() ? form.dataset.offline : form.dataset.lost, true);
  clearTimeout(retry);
  retry = setTimeout(() => htmx.trigger(document.body, "beat"), wait);
  wait = Math.min(wait * 2, 60_000);
}

let unfolded; // whether the advice stands open: what comes next shall stand as it stood

live?.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("X-Turn") === null) event.detail.shouldSwap = false;
  unfolded = live.querySelector(".advice")?.open;
});

live?.addEventListener("htmx:afterSwap", () => {
  const advice = live.querySelector(".advice");
  if (advice && unfolded !== undefined) advice.open = unfolded;
});

const byHand = new Map(); // of the preview, whether a fold stands open, as far as somebody said so
const named = (fold) => fold.id || fold.className;

function showPreview() {
  const box = document.getElementById("preview");
  const page = live.querySelector("template[data-preview]");
  if (!box) return;
  const root = box.shadowRoot ?? box.attachShadow({ mode: "open" });
  if (!root.firstChild) {
    for (const sheet of document.querySelectorAll("link[data-preview-style]")) {
      root.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet.href }));
    }
    root.append(Object.assign(document.createElement("div"), { className: "preview-sheet" }));
    root.addEventListener("click", (event) => {
      if (event.target.closest("a")) event.preventDefault();
      const fold = event.target.closest("summary")?.parentElement;
      if (fold) byHand.set(named(fold), !fold.open);
    });
  }
  box.closest("section").hidden = !page;
  if (!page) return;
  const sheet = root.querySelector(".preview-sheet");
  sheet.replaceChildren(page.content.cloneNode(true));
  for (const fold of sheet.querySelectorAll("details")) fold.open = byHand.get(named(fold)) ?? fold.open;
}
