/* SPDX-License-Identifier: Apache-2.0 */
/* api: the requests of the page to its server (docs/page.md). */
const TIMEOUT_MS = 15_000, ACT_TIMEOUT_MS = 70_000;

export class Problem extends Error {
    constructor(status, code, message) {
        super(message);
        this.status = status; /* 0: no answer */
        this.code = code;
    }
}

async function call(path, options, timeoutMs) {
    let response, answer;
    try {
        response = await fetch(`/api/v1/${path}`, {...options, signal: AbortSignal.timeout(timeoutMs)});
        answer = await response.json();
    } catch {
        throw new Problem(0, "no_answer", "The page's own server does not answer.");
    }
    if (answer.error)
        throw new Problem(response.status, answer.error.code, answer.error.message);
    if (!response.ok) {
        const notes = (answer.notes ?? []).map((note) => `${note.column}: ${note.text}`);
        throw new Problem(response.status, answer.outcome, [answer.message || `It is ${answer.outcome}.`, ...notes].join(" "));
    }
    return answer;
}

export const get = (path) => call(path, {}, TIMEOUT_MS);

export function post(path, body) {
    return call(path, {method: "POST", headers: {"Content-Type": "application/json", "X-Tabrelay-Page": "1"},
        body: JSON.stringify(body)}, ACT_TIMEOUT_MS);
}
