/* SPDX-License-Identifier: Apache-2.0 */
/* session: may this browser act? Logging in, asking back before something is done, and telling what became of it. */
import {post} from "./api.js";
import {byId, make, setText} from "./dom.js";

const NEWS_MS = 8000;

let hasToken = false, isLoggedIn = false, wasAsked = false;
const listeners = [];

export const canAct = () => hasToken;
export const person = () => localStorage.getItem("person") ?? "";
/* CALLBACK: after every login and logout. */
export const onLogin = (callback) => listeners.push(callback);

/* As the status says. */
export function setSession(status) {
    hasToken = status.has_token;
    isLoggedIn = status.is_logged_in;
    show();
}

function show() {
    const button = byId("login-button");
    button.hidden = !hasToken;
    setText(button, isLoggedIn ? "Log out" : "Log in");
}

export function tell(text) {
    const line = make("p", {}, text);
    byId("news").append(line);
    setTimeout(() => line.remove(), NEWS_MS);
}

/* Show DIALOG until it is closed; true if its form was sent and RUN (may be asynchronous) did not throw. */
function ask(dialog, run) {
    return new Promise((resolve) => {
        const form = dialog.querySelector("form"), cancel = dialog.querySelector("[value=cancel]");
        const send = dialog.querySelector("[type=submit]");
        let isDone = false;
        form.onsubmit = async (event) => {
            event.preventDefault();
            send.disabled = true;
            try {
                await run();
                isDone = true;
                dialog.close();
            } catch (problem) {
                const place = dialog.querySelector("[role=alert]");
                if (place)
                    place.textContent = problem.message;
            } finally {
                send.disabled = false;
            }
        };
        cancel.onclick = () => dialog.close();
        dialog.onclose = () => resolve(isDone);
        dialog.showModal();
    });
}

export async function logIn() {
    byId("token").value = "";
    byId("person").value = person();
    byId("login-problem").textContent = "";
    const isIn = await ask(byId("login"), async () => {
        await post("login", {token: byId("token").value});
        localStorage.setItem("person", byId("person").value.trim());
    });
    byId("token").value = "";
    if (isIn) {
        isLoggedIn = true;
        show();
        listeners.forEach((callback) => callback());
    }
    return isIn;
}

/* The server wants the token before it shows anything: ask for it, once. */
export async function needLogin() {
    hasToken = true;
    isLoggedIn = false;
    show();
    if (wasAsked)
        return;
    wasAsked = true;
    await logIn();
}

/* Ask back: a title, elements that say what will happen, and the button's text. */
export function confirm(title, content, yes) {
    byId("confirm-title").textContent = title;
    byId("confirm-text").replaceChildren(...content);
    byId("confirm-yes").textContent = yes;
    return ask(byId("confirm"), () => {});
}

/* Do it, after logging in if need be; the server's answer, or null where the person gave up. */
export async function act(path, body) {
    if (!isLoggedIn && !await logIn())
        return null;
    try {
        return await post(path, {...body, person: person()});
    } catch (problem) {
        if (problem.code !== "token_needed")
            throw problem;
        isLoggedIn = false;
        return await logIn() ? post(path, {...body, person: person()}) : null;
    }
}

byId("login-button").addEventListener("click", async () => {
    if (!isLoggedIn) {
        await logIn();
        return;
    }
    try {
        await post("logout", {});
    } catch (problem) {
        tell(`Still logged in: ${problem.message}`);
        return;
    }
    isLoggedIn = false;
    show();
    listeners.forEach((callback) => callback());
    tell("Logged out.");
});
