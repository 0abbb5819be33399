"""One letter with several matters: each part has a case of its own, and the writer one page."""
