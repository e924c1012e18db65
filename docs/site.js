// A table that is wider than the page is moved by the keyboard, too. (document$: Material for MkDocs)
document$.subscribe(() =>
  requestAnimationFrame(() => {
    for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
      wide.tabIndex = 0;
      wide.setAttribute("role", "region");
      wide.setAttribute("aria-label", "Table");
    }
  }),
);
