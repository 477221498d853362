// What is asked in the page beside axe-core. Each answers with what is wrong, an empty list where nothing is.

const begins = (element) => element.outerHTML.slice(0, 160);
const box = (element) => element.getBoundingClientRect();

window.violations = async (options) => {
  const found = await axe.run(document, { resultTypes: ["violations"], elementRef: false, ...options });
  const told = (node) => [
    node.target.flat().join(" "),
    node.html.slice(0, 160),
    node.any.concat(node.all, node.none)[0]?.message,
  ];
  return found.violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(told)]);
};

// What is pressed or filled in. Links within a text are as high as its lines: axe sees to the room around them.
const PRESSED = "button, summary, input:not([type=hidden]), select, textarea, nav a";
const LINKS = "a:is(.button, .quiet, .chip, .wordmark, .who)";

window.smallTargets = (least) => {
  const isSmall = (control) => {
    const hits = [control, ...(control.labels ?? [])].map(box);
    const [height, width] = ["height", "width"].map((side) => Math.max(...hits.map((hit) => hit[side])));
    return height < least - 0.5 || width < 31.5;
  };
  return [...document.querySelectorAll(`${PRESSED}, ${LINKS}`)]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[aria-hidden=true]"))
    .filter((each) => box(each).right > 0 && box(each).bottom > 0 && isSmall(each))
    .map((each) => `${Math.round(box(each).width)} x ${Math.round(box(each).height)}: ${begins(each)}`);
};

// Every control in turn, as if somebody had come to it by Tab.
window.unseenFocus = () => {
  const hasRing = (control) => {
    const ring = getComputedStyle(control.closest(".option") ?? control);
    return ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2 && parseFloat(ring.opacity) > 0;
  };
  const isFree = (control) => {
    const { left, top, width, height } = box(control);
    const above = document.elementFromPoint(left + Math.min(width / 2, 20), top + Math.min(height / 2, 20));
    return !above || control.contains(above) || above.contains(control) || control.labels?.[0]?.contains(above);
  };
  const wrong = [];
  for (const control of document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex='0']")) {
    control.focus();
    if (document.activeElement !== control || control.tabIndex < 0) continue;
    if (!hasRing(control)) wrong.push(`no ring: ${begins(control)}`);
    if (!isFree(control)) wrong.push(`covered: ${begins(control)}`);
  }
  document.activeElement.blur();
  return wrong;
};

window.longestMovement = () => {
  let longest = 0;
  for (const each of document.querySelectorAll("*")) {
    for (const part of [null, "::before", "::after"]) {
      const { transitionDuration, animationName, animationDuration, scrollBehavior } = getComputedStyle(each, part);
      const lasting = animationName === "none" ? transitionDuration : `${transitionDuration}, ${animationDuration}`;
      longest = Math.max(longest, scrollBehavior === "smooth" ? 9 : 0, ...lasting.split(",").map(parseFloat));
    }
  }
  return longest;
};
