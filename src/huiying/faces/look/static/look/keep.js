// What is typed in a form is kept at the desk a moment later, so that it survives signing out.
(() => {
  "use strict";
  const WAIT = 1500;
  for (const output of document.querySelectorAll("[data-kept]")) {
    const form = output.closest("form");
    let timer = 0;
    let under = null;
    const keep = async () => {
      timer = 0;
      under = new AbortController();
      try {
        const answer = await fetch(output.dataset.kept, {
          method: "POST", body: new FormData(form), headers: { "X-While-Typing": "1" }, keepalive: true, signal: under.signal,
        });
        output.textContent = answer.status === 204 ? output.dataset.words : output.dataset.lost;
      } catch { /* the button keeps it, or the next word does */ }
    };
    form.addEventListener("input", (event) => {
      if (!event.target.matches("textarea, input[type=text]")) return;
      output.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(keep, WAIT);
    });
    window.addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(); } });
    // Once it is sent, nothing is left to keep.
    form.addEventListener("submit", () => { clearTimeout(timer); timer = 0; under?.abort(); });
  }
})();
