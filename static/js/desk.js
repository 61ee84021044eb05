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
  const blanks = form.querySelectorAll(`[data-row="${button.dataset.adds}"]`);
  const last = blanks[blanks.length - 1];
  if (!last || !/^n\d+$/.test(last.dataset.key)) return; // let the server do it
  event.preventDefault();
  const next = last.hidden ? last : add(last);
  next.hidden = false;
  next.querySelector("input:not([type=hidden]),textarea,select").focus();
});

function add(last) {
  const row = last.cloneNode(true);
  const [was, key] = [last.dataset.key, `n${Number(last.dataset.key.slice(1)) + 1}`];
  row.dataset.key = key;
  for (const part of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
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
  last.after(row);
  return row;
}

// --- what is offered: what is known of an address, earlier coverage, names in the text

form?.addEventListener("change", (event) => {
  const { look } = event.target.dataset ?? {};
  if (!look || !event.target.value.trim()) return;
  const target = event.target.closest("[data-row]").querySelector(".found");
  htmx.ajax("GET", `${look}?url=${encodeURIComponent(event.target.value.trim())}`, { target, swap: "innerHTML" });
});

form?.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-take]");
  if (!offer) return;
  const rows = form.querySelectorAll(`[data-row="${offer.dataset.take}"]`);
  let row = rows[rows.length - 1];
  if (!row.classList.contains("blank") || row.querySelector("input").value) row = add(row);
  row.hidden = false;
  const input = row.querySelector("input:not([type=hidden])");
  input.value = offer.dataset.value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  offer.closest("li").remove();
  (offer.dataset.take === "mentions" ? input : row.querySelector("select")).focus();
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
    radio.dispatchEvent(new Event("change", { bubbles: true }));
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

function held() {
  const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OURS.test(name));
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

function say(words, wrong) {
  const line = document.getElementById("kept");
  if (!line || line.textContent === words) return;
  // Read out only when something is wrong: that a draft was kept is said at every pause.
  if (wrong) line.setAttribute("role", "alert");
  else line.removeAttribute("role");
  line.textContent = words;
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
  form.addEventListener("change", () => (typed = true));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    typed = false;
    leaving = true;
    keepHere(); // until the next page says that it is there
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    htmx.trigger(live, "htmx:abort");
  });
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("pagehide", () => typed && keepHere());
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
  if (answer.ok || answer.status === 400) localStorage.removeItem(name);
  if (answer.headers.get("X-Unsaved") === "yes" && left.story === form.dataset.story) {
    const offer = document.getElementById("brought");
    offer.hidden = false;
    offer.querySelector("a").href = `?draft=${encodeURIComponent(name.slice(5))}`;
  }
}

// --- what stands beside the form

live?.addEventListener("htmx:configRequest", (event) => {
  if (leaving) return event.preventDefault();
  sent = held();
  form.elements.turn.value = Number(form.elements.turn.value) + 1;
  event.detail.formData.set("turn", form.elements.turn.value);
  // The text of a source is compared when it is saved, and not kept with what is typed.
  for (const name of [...event.detail.formData.keys()]) if (/^sources-.*-text$/.test(name)) event.detail.formData.delete(name);
});

live?.addEventListener("htmx:afterRequest", (event) => {
  const { status } = event.detail.xhr;
  if (status >= 200 && status < 300) {
    [retry, wait] = [clearTimeout(retry), 5_000];
    live.dataset.kept = "yes";
    say(live.querySelector("[data-kept-line]")?.textContent ?? "");
    if (held() === sent) localStorage.removeItem(shelf);
    showPreview();
  } else if (status >= 500) unanswered();
  else if (status >= 400) keepHere();
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
  if (event.detail.xhr.status >= 500) event.detail.shouldSwap = false;
  unfolded = live.querySelector(".advice")?.open;
});

live?.addEventListener("htmx:afterSwap", () => {
  const advice = live.querySelector(".advice");
  if (advice && unfolded !== undefined) advice.open = unfolded;
});

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
    root.addEventListener("click", (event) => event.target.closest("a") && event.preventDefault());
  }
  box.closest("section").hidden = !page;
  if (page) root.querySelector(".preview-sheet").replaceChildren(page.content.cloneNode(true));
}
