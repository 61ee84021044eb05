// Keeps the number of words as one types, and asks before typed words are left behind. Nothing else needs a script.

// The same rule as analysis/text.py: what stands between white space and holds a letter or digit; link targets do not
// count. White space is spelled out, for JavaScript's \s and Python's are not the same set.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const NO_SPACE = SPACE.replace("[", "[^()");

function countWords(text) {
  const target = new RegExp(`\\]\\(${NO_SPACE}*(?:${SPACE}+"[^"]*")?\\)`, "gu");
  const words = text.replace(target, "]").split(new RegExp(SPACE, "u"));
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

if (globalThis.document) {
  for (const line of document.querySelectorAll("[data-counts]")) {
    const text = document.getElementById(line.dataset.counts);
    text?.addEventListener("input", () => {
      const n = countWords(text.value);
      line.querySelector("output").value = n;
      line.classList.toggle("over", line.dataset.limit !== "" && n > Number(line.dataset.limit));
    });
  }

  const form = document.getElementById("story_form");
  let typed = Boolean(document.querySelector(".errornote"));
  form?.addEventListener("input", () => (typed = true));
  form?.addEventListener("submit", () => (typed = false));
  addEventListener("beforeunload", (event) => typed && event.preventDefault());
}
