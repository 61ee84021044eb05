// Without a script the page says that a passkey needs one. With it, a passkey that failed is told in words: the scripts
// of allauth write it to the console only.
document.getElementById("passkey-needs").remove();
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-failed").hidden = false;
});
