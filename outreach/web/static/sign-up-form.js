// For the sign-up form on other people's websites: it says what is missing before the page is left. Without it the form
// works all the same, and our own page says it.
for (const form of document.querySelectorAll("form[data-outreach-sign-up]")) {
  form.addEventListener("submit", (event) => {
    form.querySelector("[role=alert]")?.remove();
    if (form.querySelector("input[name=topics]:checked")) return;
    event.preventDefault();
    const said = document.createElement("p");
    said.setAttribute("role", "alert");
    said.textContent = form.dataset.outreachSignUp;
    form.querySelector("fieldset").append(said);
    form.querySelector("input[name=topics]").focus();
  });
}
