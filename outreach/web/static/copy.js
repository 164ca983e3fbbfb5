// Lines to publish can be copied with one press. Without script, or outside HTTPS, a click selects them whole.
if (navigator.clipboard) document.documentElement.classList.add("can-copy");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copied]");
  if (!button) return;
  await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
  button.querySelector("span").textContent = button.dataset.copied;
});
