// Keeps the clocks of the header going. The server has printed the right time already.
const language = document.documentElement.lang || "en";

function face(zone) {
  const options = { timeZone: zone };
  const day = new Intl.DateTimeFormat(language, { ...options, weekday: "short" });
  const time = new Intl.DateTimeFormat("en-GB", { ...options, hour: "2-digit", minute: "2-digit" });
  return (now) => `${day.format(now)} ${time.format(now)}`;
}

function tick(clocks) {
  const now = new Date();
  for (const { element, show } of clocks) {
    element.textContent = show(now);
    element.dateTime = now.toISOString();
  }
  setTimeout(tick, 60_000 - (now.getTime() % 60_000), clocks);
}

const clocks = [...document.querySelectorAll("time[data-zone]")].map((element) => ({
  element,
  show: face(element.dataset.zone),
}));
if (clocks.length) tick(clocks);
