// A pane's text as it is shown, and as it is stored. Offsets of stored and shown text count code points, those of the
// page UTF-16 units. `data-runs` has [shown, written, n, m]: n shown characters stand for m written ones.

const isApart = (node) => Boolean(node.parentElement.closest("math"));

export class PaneText {
  constructor(pane) {
    this.pane = pane;
    this.runs = JSON.parse(pane.dataset.runs);
    this.root = pane.querySelector(".content");
    this.text = this.root?.textContent ?? "";
    this.isPlain = this.text.length === [...this.text].length;
  }

  nodes() {
    const walker = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let at = 0; walker.nextNode(); at += walker.currentNode.length) found.push({ node: walker.currentNode, at });
    return found;
  }

  points(units) {
    return this.isPlain ? units : [...this.text.slice(0, units)].length;
  }

  units(points) {
    return this.isPlain ? points : [...this.text].slice(0, points).join("").length;
  }

  // Of a place in the page
  unitsAt(node, offset) {
    const range = document.createRange();
    range.setStart(this.root, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  rangeOf(from, to) {
    const range = document.createRange();
    for (const { node, at } of this.nodes()) {
      if (at <= from && from < at + node.length) range.setStart(node, from - at);
      if (at < to && to <= at + node.length) range.setEnd(node, to - at);
    }
    return range;
  }

  // The part of the source that is shown from here to there, or null where it is all markup, formula or image.
  written(fromUnits, toUnits) {
    const [from, to] = [this.points(fromUnits), this.points(toUnits)];
    const among = this.runs.filter(([shown, , n]) => shown < to && shown + n > from);
    if (!among.length) return null;
    const [shown, start, n, m] = among[0];
    const [lastShown, lastStart, lastN, lastM] = among.at(-1);
    return {
      start: n === m ? start + Math.max(0, from - shown) : start,
      end: lastN === lastM ? lastStart + Math.min(lastN, to - lastShown) : lastStart + lastM,
    };
  }

  // The other way round
  shown(start, end) {
    const among = this.runs.filter(([, written, , m]) => written < end && written + m > start);
    if (!among.length) return null;
    const [shown, written, n, m] = among[0];
    const [lastShown, lastWritten, lastN, lastM] = among.at(-1);
    const from = n === m ? shown + Math.max(0, start - written) : shown;
    const to = lastN === lastM ? lastShown + Math.min(lastN, end - lastWritten) : lastShown + lastN;
    return [this.units(from), this.units(to)];
  }

  words() {
    const found = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(this.text)];
    return found
      .filter((word) => word.isWordLike)
      .map(({ index, segment }) => [index, index + segment.length])
      .filter(([from, to]) => this.written(from, to));
  }

  wrap(from, to, make) {
    const wrapped = [];
    for (const { node, at } of this.nodes()) {
      const [start, end] = [Math.max(from - at, 0), Math.min(to - at, node.length)];
      if (start >= end || isApart(node) || !node.data.slice(start, end).trim()) continue;
      const part = start ? node.splitText(start) : node;
      if (end - start < part.length) part.splitText(end - start);
      const element = make();
      part.replaceWith(element);
      element.append(part);
      wrapped.push(element);
    }
    return wrapped;
  }

  unwrap(selector) {
    for (const element of this.root.querySelectorAll(selector)) element.replaceWith(...element.childNodes);
    this.root.normalize();
  }
}
