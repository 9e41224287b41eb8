// Questions to the worker, which calculates beside the page.

import { say } from "./page_parts.js";

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let lastId = 0;

// Ask the worker; `report` hears of progress.
export function ask(kind, details = {}, report = () => {}) {
  const id = ++lastId;
  worker.postMessage({ id, kind, ...details });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, report }));
}

worker.onmessage = ({ data: { id, result, error, progress } }) => {
  const { resolve, reject, report } = waiting.get(id);
  if (progress !== undefined) return report(progress);
  waiting.delete(id);
  if (error === undefined) resolve(result);
  else reject(new Error(error));
};
worker.onerror = () => say("This browser cannot run the network: it needs workers with modules.");
