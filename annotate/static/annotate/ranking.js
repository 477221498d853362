// Cards that are put in order: by rank, by arrow on the handle, by drag, by tie. Each card's own field holds its rank,
// so that the form says what is seen, and nothing is ranked before somebody acts.

const ORDINALS = new Intl.PluralRules("en-GB", { type: "ordinal" });
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
const EDGE = 48;
const LONGEST = 240;

const ordinal = (number) => `${number}${ENDINGS[ORDINALS.select(number)]}`;
const cardsOf = (ranking) => [...ranking.querySelectorAll("[data-letter]")];
const fieldOf = (card) => card.querySelector("[data-rank]");
const rankOf = (card) => Number(fieldOf(card).value) || 0;
const rankingOf = (element) => element.closest("[data-ranking]");

// The ranked cards as groups of equals, the best first.
function groupsOf(ranking) {
  const ranked = cardsOf(ranking).filter(rankOf);
  const ranks = [...new Set(ranked.map(rankOf))].sort((one, other) => one - other);
  return ranks.map((rank) => ranked.filter((card) => rankOf(card) === rank));
}

// Show

function show(ranking) {
  const focused = document.activeElement;
  const groups = groupsOf(ranking);
  ranking.querySelector("[data-ranked]").append(...groups.flat());
  for (const card of cardsOf(ranking)) {
    const group = groups.find((each) => each.includes(card));
    card.dataset.tied = !group || group.length < 2 ? "" : card === group[0] ? "first" : card === group.at(-1) ? "last" : "middle";
  }
  ranking.querySelector("[data-unranked]").append(...cardsOf(ranking).filter((card) => !rankOf(card)));
  ranking.toggleAttribute("data-complete", groups.flat().length === cardsOf(ranking).length);
  if (ranking.contains(focused)) focused.focus({ preventScroll: true });
  summarise(ranking, groups);
}

function summarise(ranking, groups) {
  const id = ranking.dataset.ranking;
  const total = cardsOf(ranking).length;
  const so = document.querySelector(`[data-so-far="${id}"]`);
  const order = groups.map((group) => group.map((card) => card.dataset.letter).join(" = ")).join(" › ");
  if (so) so.textContent = `${groups.flat().length} of ${total} ranked${order ? `: ${order}` : ""}`;
  const question = document.getElementById(`question-${id}`);
  const ties = "ties" in ranking.dataset && groups.some((group) => group.length > 1);
  if (question) question.dataset.words = [groups.length ? "ranked" : "", ties ? "tie" : ""].filter(Boolean).join(",");
}

function tell(ranking, card) {
  const told = document.querySelector(`[data-told="${ranking.dataset.ranking}"]`);
  if (!told) return;
  const { letter } = card.dataset;
  const group = groupsOf(ranking).find((each) => each.includes(card));
  if (!group) return void (told.textContent = `${letter} is not ranked`);
  const others = group.filter((each) => each !== card).map((each) => each.dataset.letter);
  const tied = others.length ? `, tied with ${new Intl.ListFormat("en-GB").format(others)}` : "";
  told.textContent = `${letter} is now ${ordinal(rankOf(card))} of ${cardsOf(ranking).length}${tied}`;
}

// Move. Whoever moves a card means the order of all, so the ranks are numbered anew: 1, 2, 2, 4.

function settle(ranking, groups, card) {
  for (const each of cardsOf(ranking)) fieldOf(each).value = "";
  let rank = 1;
  for (const group of groups) {
    for (const each of group) fieldOf(each).value = String(rank);
    rank += group.length;
  }
  fieldOf(card).dispatchEvent(new Event("change", { bubbles: true }));
}

function moved(ranking, card, by) {
  const groups = groupsOf(ranking);
  const at = groups.findIndex((group) => group.includes(card));
  if (at < 0) return by < 0 ? [...groups, [card]] : null;
  if (groups[at].length > 1) {
    const rest = groups[at].filter((each) => each !== card);
    groups.splice(at, 1, ...(by < 0 ? [[card], rest] : [rest, [card]]));
    return groups;
  }
  const to = at + by;
  if (to < 0) return null;
  groups.splice(at, 1);
  if (to > groups.length) return groups; // below the line
  groups.splice(to, 0, [card]);
  return groups;
}

// With the card above; a card that is tied with it is set free again.
function tied(ranking, card) {
  const groups = groupsOf(ranking);
  const shown = groups.flat();
  const above = rankOf(card) ? shown[shown.indexOf(card) - 1] : shown.at(-1);
  if (!above) return null;
  const group = groups.find((each) => each.includes(above));
  if (group.includes(card)) return moved(ranking, card, 1);
  const without = groups.map((each) => each.filter((other) => other !== card));
  without[groups.indexOf(group)].push(card);
  return without;
}

function act(card, groups) {
  const ranking = rankingOf(card);
  if (groups) settle(ranking, groups, card);
}

// By key and click

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!handle || !by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  const card = handle.closest("[data-letter]");
  act(card, moved(rankingOf(card), card, by));
  card.scrollIntoView({ block: "nearest" });
});

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-letter]");
  if (card && event.target.closest("[data-tie]")) act(card, tied(rankingOf(card), card));
  const unfold = event.target.closest("[data-unfold]");
  if (unfold) unfold.setAttribute("aria-expanded", String(card.toggleAttribute("data-open")));
});

// Before the questions that depend on the order look at it
document.addEventListener("change", (event) => {
  const ranking = event.target.matches("[data-rank]") && rankingOf(event.target);
  if (ranking) {
    const card = event.target.closest("[data-letter]");
    show(ranking);
    tell(ranking, card);
    const error = document.querySelector(`#question-${ranking.dataset.ranking} .error`);
    if (error) error.textContent = "";
    // What is ranked is not all bad any more.
    const bad = document.querySelector(`#question-${ranking.dataset.ranking} [value=both_bad]:checked`);
    if (bad && event.target.value) bad.click();
  }
}, { capture: true });

// By drag: between two cards it gets a rank of its own, on the middle of one it ties with that.

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.button !== 0) return;
  const card = handle.closest("[data-letter]");
  drag = { card, ranking: rankingOf(card), id: event.pointerId, from: event.clientY, scrolled: scrollOf(card), goal: null, moves: false };
  handle.setPointerCapture(event.pointerId);
});

function scrollOf(card) {
  return window.scrollY + rankingOf(card).scrollTop;
}

function goalAt(y) {
  const { ranking, card } = drag;
  const others = groupsOf(ranking).flat().filter((each) => each !== card);
  const line = ranking.querySelector(".ranking-line").getBoundingClientRect();
  if (y > line.bottom && !ranking.hasAttribute("data-complete")) return { place: "unranked" };
  for (const each of others) {
    const box = each.getBoundingClientRect();
    const third = "ties" in ranking.dataset ? box.height / 3 : box.height / 2;
    if (y < box.top + third) return { place: "before", card: each };
    if (y < box.bottom - third) return { place: "with", card: each };
  }
  return { place: "last" };
}

function point(goal) {
  for (const each of drag.ranking.querySelectorAll("[data-goal]")) each.removeAttribute("data-goal");
  if (goal?.card) goal.card.dataset.goal = goal.place;
  drag.ranking.toggleAttribute("data-last", goal?.place === "last");
}

function follow(y) {
  drag.card.style.setProperty("transform", `translateY(${y - drag.from + scrollOf(drag.card) - drag.scrolled}px)`);
  drag.goal = goalAt(y);
  point(drag.goal);
}

function scrollAtTheEdge(y) {
  const area = drag.ranking.scrollHeight > drag.ranking.clientHeight + 1 ? drag.ranking : document.scrollingElement;
  const box = area === drag.ranking ? area.getBoundingClientRect() : { top: 0, bottom: innerHeight };
  if (y < box.top + EDGE) area.scrollBy(0, -12);
  if (y > box.bottom - EDGE) area.scrollBy(0, 12);
}

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.moves && Math.abs(event.clientY - drag.from) < 4) return;
  drag.moves = true;
  drag.card.toggleAttribute("data-dragged", true);
  scrollAtTheEdge(event.clientY);
  follow(event.clientY);
});

function groupsAfter({ ranking, card, goal }) {
  const groups = groupsOf(ranking).map((group) => group.filter((each) => each !== card));
  if (goal.place === "unranked") return groups;
  if (goal.place === "last") return [...groups, [card]];
  const at = groups.findIndex((group) => group.includes(goal.card));
  if (goal.place === "with") groups[at].push(card);
  else groups.splice(at, 0, [card]); // between two that are tied there is no rank of its own: it goes above both
  return groups;
}

function drop(isMeant) {
  if (!drag) return;
  const { card, moves, goal } = drag;
  card.style.removeProperty("transform");
  card.toggleAttribute("data-dragged", false);
  point(null);
  const groups = isMeant && moves && goal && groupsAfter(drag);
  drag = null;
  if (groups) act(card, groups);
}

document.addEventListener("pointerup", (event) => event.pointerId === drag?.id && drop(true));
document.addEventListener("pointercancel", (event) => event.pointerId === drag?.id && drop(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && drop(false));

// Long texts are folded, where there is more of them than is seen

function fold() {
  for (const card of document.querySelectorAll(".card:not([data-open])")) {
    const text = card.querySelector(".card-text");
    if (text) card.toggleAttribute("data-long", text.scrollHeight > LONGEST);
  }
}

function begin() {
  for (const ranking of document.querySelectorAll("[data-ranking]")) show(ranking);
  fold();
}

document.addEventListener("htmx:afterSwap", begin);
addEventListener("resize", fold);
begin();
