"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// The navigation: a link for each section.
const nav = document.querySelector("nav");
for (const section of all("section")) {
  const link = document.createElement("a");
  link.href = "#" + section.id;
  link.textContent = section.querySelector("h2").textContent;
  nav.append(link);
}
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) {
    const link = nav.querySelector(`a[href="#${entry.target.id}"]`);
    link.classList.toggle("here", entry.isIntersecting);
    if (entry.isIntersecting) nav.scrollTo({left: link.offsetLeft - nav.offsetLeft - 16});
  }
}, {rootMargin: "-20% 0px -75% 0px"});
all("section").forEach(section => seen.observe(section));

// A click on a head sorts: numbers from the highest, words from A; again, the other way. What is absent stays below.
function sort(head) {
  const body = head.closest("table").tBodies[0];
  const of = row => {
    const cell = row.cells[head.cellIndex];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };
  const rows = [...body.rows];
  const there = rows.filter(row => of(row) !== "–");
  const numbers = there.every(row => typeof of(row) === "number");
  const next = {ascending: "descending", descending: "ascending"};
  const order = next[head.ariaSort] ?? (numbers ? "descending" : "ascending");
  const sign = order === "ascending" ? 1 : -1;
  there.sort((a, b) => sign * (numbers ? of(a) - of(b) : String(of(a)).localeCompare(String(of(b)), "en", {numeric: true})));
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  body.append(...there, ...rows.filter(row => of(row) === "–"));
}
all("th button").forEach(button => button.addEventListener("click", () => sort(button.parentElement)));

// The menus hide what is of another kind of model or of other data.
const form = document.querySelector("form");
form.addEventListener("change", () => {
  const {kind, mode} = form.elements;
  for (const one of all("[data-kind]")) {
    const other = one.dataset.mode !== undefined && mode.value && one.dataset.mode !== mode.value;
    one.hidden = Boolean(other || (kind.value && one.dataset.kind !== kind.value));
  }
});

// A click on a picture, or Enter, shows it as wide as the page.
all(".pictures figure").forEach(figure => figure.tabIndex = 0);
function widen(event) {
  if (!event.target.closest("a")) event.target.closest(".pictures figure")?.classList.toggle("wide");
}
document.addEventListener("click", widen);
document.addEventListener("keydown", event => event.key === "Enter" && widen(event));

// A card shows its model's pictures, which stand in the page once.
for (const card of all(".card")) {
  card.addEventListener("toggle", () => {
    const place = card.querySelector(".pictures");
    if (!card.open || place.childElementCount) return;
    for (const figure of all(`figure[id^="${card.dataset.key}-"]`)) {
      const copy = figure.cloneNode(true);
      copy.removeAttribute("id");
      place.append(copy);
    }
  });
}
function openCard() {
  const card = document.getElementById(location.hash.slice(1));
  if (card?.matches(".card")) card.open = true;
}
addEventListener("hashchange", openCard);
openCard();
