// What the page looks like, in numbers. Each function looks at the open notebook, all of it, also what is scrolled away.
(() => {
  const notebook = () => document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook");
  const shownName = (element) => `${element.tagName} “${element.textContent.trim().slice(0, 50)}”`;

  const channels = (colour) => {
    const numbers = colour.match(/[\d.]+/g).map(Number);
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((number) => number * scale), numbers[3] ?? 1];
  };
  const painted = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((each) =>
      each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const ancestors = function* (element) { for (; element; element = element.parentElement) yield element; };
  const background = (element) =>
    [...ancestors(element)].reverse().map((each) => channels(getComputedStyle(each).backgroundColor))
      .reduce((below, colour) => painted(colour, below), [255, 255, 255]);
  const opacity = (element) =>
    [...ancestors(element)].reduce((product, each) => product * Number(getComputedStyle(each).opacity), 1);

  // Text by what it is to a learner. The colours of highlighted code are JupyterLab's own.
  const kind = (element) => {
    if (element.closest("pre code")) return null;
    if (element.closest(".jupyter-widgets")) return "explorers and quizzes";
    if (element.closest(".jp-RenderedHTML")) return "answers of checks";
    if (element.closest("td, th")) return "tables";
    const output = element.closest(".jp-OutputArea-output");
    if (output && element.closest("em")) return "captions";
    if (output) return "printed text";
    return element.closest(".jp-RenderedMarkdown") ? "prose" : null;
  };

  return {
    // Kind of text -> [number of pieces, the lowest contrast (WCAG, 1 to 21), the piece that has it].
    contrasts() {
      const found = {}, walker = document.createTreeWalker(notebook(), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
        const isText = text && !element.closest("style, script, option, .cm-editor");
        const name = isText && element.checkVisibility({ visibilityProperty: true }) && kind(element);
        if (!name) continue;
        const below = background(element), colour = channels(getComputedStyle(element).color);
        colour[3] *= opacity(element);
        const contrast = ratio(painted(colour, below), below);
        const [number, lowest, piece] = found[name] ?? [0, Infinity, ""];
        found[name] = [number + 1, Math.min(contrast, lowest), contrast < lowest ? text.slice(0, 50) : piece];
      }
      return found;
    },

    // What sticks out of its place: prose, tables, formulas, answers of checks, controls. Code may scroll.
    tooWide() {
      const wide = ".jp-RenderedMarkdown, .jp-RenderedMarkdown table, .jp-RenderedMarkdown mjx-container, " +
        ".jp-RenderedHTML, .jp-RenderedHTML div, .jupyter-widgets";
      const boxes = [...notebook().querySelectorAll(wide)].filter((each) => each.scrollWidth > each.clientWidth + 1 &&
        each.clientWidth && !each.matches(".widget-readout, .widget-label, .noUi-target, .slider-container *"));
      const pictures = [...notebook().querySelectorAll("img")].filter((each) => {
        const place = each.closest(".jp-OutputArea-output, .jp-RenderedMarkdown").getBoundingClientRect();
        return each.getBoundingClientRect().right > place.right + 1;
      });
      const told = (each) => `${shownName(each)}: ${each.scrollWidth} in ${each.clientWidth} pixels`;
      return [...boxes.map(told), ...pictures.map((each) => `picture ${Math.round(each.getBoundingClientRect().width)} wide`)];
    },

    // How bright (0 to 1) a picture's paper is: its first pixel.
    paper(image) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return luminance([...context.getImageData(0, 0, 1, 1).data].slice(0, 3));
    },
  };
})()
