// Counts words as analysis/text.py::count_words does, and keeps the number beside a text as one types.

// What stands between white space and holds a letter or digit; link targets do not count. White space is spelled out,
// for JavaScript's \s and Python's are not the same set.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const NO_SPACE = SPACE.replace("[", "[^()");

function countWords(text) {
  const target = new RegExp(`\\]\\(${NO_SPACE}*(?:${SPACE}+"[^"]*")?\\)`, "gu");
  const words = text.replace(target, "]").split(new RegExp(SPACE, "u"));
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

globalThis.document?.addEventListener("input", ({ target }) => {
  for (const line of document.querySelectorAll(`[data-counts="${CSS.escape(target.id)}"]`)) {
    const n = countWords(target.value);
    line.querySelector("output").value = n;
    line.classList.toggle("over", line.dataset.limit !== "" && n > Number(line.dataset.limit));
  }
});
