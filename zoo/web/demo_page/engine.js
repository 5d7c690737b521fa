/**
 * The worker as the page sees it: one job at a time, and of those that wait only the newest.
 *
 * `say` gets what happens: {kind: "fetching", loaded, total}, "starting", {"ready", threads},
 * "working", {"result", picture, seconds, job}, "stopped", {"failed", opening, reason, job}.
 */
export class Engine {
  #contract;
  #say;
  #worker;
  #ready = false;
  #working = null;
  #waiting = null;

  constructor(contract, say) {
    this.#contract = contract;
    this.#say = say;
    this.#open();
  }

  /** Run a job as soon as what runs now is done; see `run` of worker.js for what is in it. */
  run(job) {
    this.#waiting = job;
    this.#next();
  }

  /** Give up what runs and what waits. A graph cannot be interrupted, so its worker ends. */
  stop() {
    this.#open();
    this.#say({ kind: "stopped" });
  }

  #open() {
    this.#worker?.terminate();
    this.#ready = false;
    this.#working = this.#waiting = null;
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#heard(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#heard({ kind: "failed", opening: !this.#ready, reason: event.message || "a script was not served" });
    };
    this.#worker.postMessage({ kind: "open", contract: this.#contract });
  }

  #heard(message) {
    const job = this.#working;
    if (message.kind === "ready") this.#ready = true;
    if (message.kind === "result") this.#working = null;
    this.#say({ ...message, job });
    // After a failure the runtime's memory may be in any state.
    if (message.kind === "failed" && !message.opening) this.#open();
    else this.#next();
  }

  #next() {
    if (!this.#ready || this.#working || !this.#waiting) return;
    this.#working = this.#waiting;
    this.#waiting = null;
    this.#worker.postMessage({ kind: "run", ...this.#working });
    this.#say({ kind: "working" });
  }
}
