// What the owner's pages have in common: requests, and one line that says what went wrong.
"use strict";

const id = (name) => document.getElementById(name);

// Returns the response, or null after saying why there is none; `lost` says that the server is gone.
async function request(method, path, lost, options = {}) {
  id("wrong").replaceChildren();
  try {
    const response = await fetch(path, { method, ...options });
    if (response.ok) return response;
    const error = await response.json();
    complain(`${error.message}: ${error.hint}.`);
  } catch {
    complain(lost);
  }
  return null;
}

function complain(words) {
  const line = document.createElement("p");
  line.className = "wrong";
  line.dir = "auto";
  line.textContent = words;
  id("wrong").replaceChildren(line);
}
