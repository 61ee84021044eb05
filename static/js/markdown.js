// Ctrl (on Apple's: Cmd) with B, I or K in a Markdown text presses a button of its toolbar.

const BUTTON_OF = { b: "bold", i: "italic", k: "link" };
const MODIFIER = /Mac|iP/.test(navigator.platform) ? "metaKey" : "ctrlKey";

document.addEventListener("keydown", (event) => {
  const button = BUTTON_OF[event.key?.toLowerCase()];
  if (!button || !event[MODIFIER] || event.altKey || event.shiftKey || event.isComposing) return;
  if (!event.target.matches("textarea[data-markdown]")) return;
  event.preventDefault(); // before anything else: the browser has plans of its own for these keys
  const toolbar = document.querySelector(`markdown-toolbar[for="${CSS.escape(event.target.id)}"]`);
  toolbar?.querySelector(`[data-md-button="${button}"]`)?.click();
});
