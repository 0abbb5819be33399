// What is typed for an act is kept at the desk a moment later, so that it survives signing out.
(() => {
  "use strict";
  const WAIT = 1500;
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const output = form.querySelector("[data-kept]");
    let timer = 0;
    const keep = async () => {
      timer = 0;
      try {
        const answer = await fetch(form.dataset.keep, {
          method: "POST", body: new FormData(form), headers: { "X-While-Typing": "1" }, keepalive: true,
        });
        if (answer.status === 204 && output) output.textContent = output.dataset.words;
      } catch { /* the button keeps it, or the next word does */ }
    };
    form.addEventListener("input", (event) => {
      if (!event.target.matches("textarea, input[type=text]")) return;
      if (output) output.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(keep, WAIT);
    });
    window.addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(); } });
    // Once it is sent, nothing is left to keep.
    form.addEventListener("submit", () => { clearTimeout(timer); timer = 0; });
  }
})();
