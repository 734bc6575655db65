// What is wrong with the layout of the page as it is: a line for each thing.
function misplaced() {
  const found = [];
  const wide = document.documentElement.clientWidth;
  // The least that WCAG 2.2 (2.5.8) asks of what is tapped.
  const TARGET = 24;
  const name = (e) => e.dataset?.test ?? `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className}`;
  const closest = (e, test) => {
    for (let at = e; at && at !== document.body; at = at.parentElement) if (test(at, getComputedStyle(at))) return at;
    return null;
  };
  const scrollsItself = (e) => closest(e, (_, style) => style.overflowX === "auto");
  const fixed = (e) => closest(e, (at, style) => style.position === "fixed" || style.position === "sticky" || at.tagName === "DIALOG");
  const seen = (e) => e.checkVisibility() && !e.closest("[inert], details:not([open]) > :not(summary)");
  const top = document.querySelector("dialog[open]");
  const there = (e) => seen(e) && (!top || top.contains(e));

  if (document.documentElement.scrollWidth > wide) found.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${wide}`);

  const controls = [...document.querySelectorAll("a[href], button, input, select, summary")].filter(there);
  for (const control of controls) {
    const box = control.getBoundingClientRect();
    if (box.width < TARGET || box.height < TARGET) found.push(`${name(control)} is ${box.width.toFixed()} x ${box.height.toFixed()}`);
    if (!scrollsItself(control) && (box.left < -0.5 || box.right > wide + 0.5)) found.push(`${name(control)} is beside the screen`);
  }
  // What is fixed lies over what scrolls, so each only among its own.
  for (const [place, one] of controls.entries()) {
    for (const other of controls.slice(place + 1)) {
      if (one.contains(other) || other.contains(one) || fixed(one) !== fixed(other)) continue;
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 1) found.push(`${name(one)} lies on ${name(other)}`);
    }
  }

  // Text: inside the screen, and inside whatever cuts it off, unless three dots say that there is more.
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const around = text.parentElement;
    if (!text.data.trim() || !there(around) || around.closest("script, noscript, svg, select, option")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const dots = closest(around, (_, style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none");
    if (dots || scrollsItself(around)) continue;
    const words = text.data.trim().slice(0, 30);
    if (box.left < -0.5 || box.right > wide + 0.5) found.push(`"${words}" runs out of the screen`);
    const cut = closest(around, (_, style) => style.overflowY === "hidden");
    const room = cut?.getBoundingClientRect();
    if (room && (box.top < room.top - 2 || box.bottom > room.bottom + 2 || box.left < room.left - 2 || box.right > room.right + 2)) {
      found.push(`"${words}" is cut off by ${name(cut)}`);
    }
  }

  for (const code of document.querySelectorAll(".code > *")) {
    const box = code.getBoundingClientRect();
    if (!there(code) || !box.width) continue;
    if (box.left < -0.5 || box.right > wide + 0.5 || box.height > innerHeight) found.push(`the code is not whole: ${box.width} x ${box.height}`);
  }
  return [...new Set(found)];
}
