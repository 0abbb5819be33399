// What may be about the same is fetched beside a case, or while somebody writes. It never takes the focus, is
// read out once when it changes, and where it does not come nothing is missing: the button asks as well.
(() => {
  "use strict";
  const WAIT = 900;
  const show = (list, html) => {
    if (list.contains(document.activeElement)) return;
    const status = list.parentElement.querySelector("[role=status]");
    const old = list.innerHTML;
    list.innerHTML = html;
    if (list.innerHTML === old) return;
    const said = list.querySelector("[data-said]")?.dataset.said ?? "";
    if (status && status.textContent !== said) status.textContent = said;
  };
  const ask = async (list, url, options) => {
    try {
      const answer = await fetch(url, { ...options, headers: { "HX-Request": "true" } });
      if (answer.status === 200) show(list, await answer.text());
    } catch { /* the link or the button is still there */ }
  };
  for (const list of document.querySelectorAll("[data-alike-load]")) ask(list, list.dataset.alikeLoad, {});
  for (const list of document.querySelectorAll("[data-alike]")) {
    const form = list.closest("form");
    const names = list.dataset.alikeFields.split(" ");
    let timer = 0;
    let last = "";
    const asked = () => {
      // What it is about, and nothing else of the form: no contact, no file.
      const whole = new FormData(form);
      const words = new URLSearchParams();
      for (const name of names) for (const value of whole.getAll(name)) words.append(name, value);
      const sent = words.toString();
      if (sent === last) return;
      last = sent;
      ask(list, list.dataset.alike, { method: "POST", body: words });
    };
    form.addEventListener("input", (event) => {
      if (!names.includes(event.target.name)) return;
      clearTimeout(timer);
      timer = setTimeout(asked, WAIT);
    });
    form.addEventListener("submit", () => clearTimeout(timer));
  }
})();
