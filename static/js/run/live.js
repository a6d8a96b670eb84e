// Asks for what is new as long as the run goes on and somebody looks. The answer to a long run takes
// longer, and is asked for more seldom.
const EVERY_MS = 2_000;
const PATIENCE = 20; // times as long as the last answer took

export class Live {
  constructor(address, onSteps) {
    this.address = address;
    this.onSteps = onSteps;
    this.etag = "";
    this.goesOn = true;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.goesOn) this.#soon(0);
    });
  }

  async ask() {
    const since = performance.now();
    const headers = this.etag ? { "If-None-Match": this.etag } : {};
    let isAnswered = false;
    try {
      const answer = await fetch(this.address, { headers, cache: "no-store" });
      isAnswered = answer.ok || answer.status === 304;
      if (answer.ok) {
        this.etag = answer.headers.get("ETag") ?? "";
        const told = await answer.json();
        this.goesOn = told.run.goes_on;
        this.onSteps(told);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the server is away: it is asked again
    }
    if (this.goesOn) this.#soon(Math.max(EVERY_MS, PATIENCE * (performance.now() - since)));
    return isAnswered;
  }

  #soon(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (document.visibilityState === "visible") this.ask();
    }, milliseconds);
  }
}
