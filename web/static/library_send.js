// Sends the files that are dropped or chosen, one after the other; `Sender` tells what it is at by `changed`.
"use strict";

class Sender {
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.files = [];
    this.total = 0;
    this.sent = 0;
    this.busy = false;
  }

  // `files` are pairs of a name, with its folders, and a File.
  async send(files) {
    this.files.push(...files);
    this.total += files.length;
    if (this.busy) return;
    this.busy = true;
    while (this.files.length && (await this.one(...this.files[0]))) {
      this.files.shift();
      this.sent += 1;
    }
    const lost = this.files.length;
    this.files = [];
    this.busy = false;
    this.total = this.sent = 0;
    this.changed(lost ? this.words.lost : null);
  }

  // Whether the server is still there; what it refuses is told by `refused`.
  async one(name, file) {
    if (name.split("/").some((part) => part.startsWith("."))) return this.refuse(name, "left_out", this.words.hidden);
    if (file.size > Number(this.words.limit)) return this.refuse(name, "failed", this.words.large);
    this.changed(null, name);
    try {
      const response = await fetch(`/owner/articles/files?name=${encodeURIComponent(name)}`, { method: "POST", body: file });
      if (!response.ok) {
        const error = await response.json();
        return this.refuse(name, "failed", `${error.message}: ${error.hint}.`);
      }
      return true;
    } catch {
      return await this.readable(name, file);
    }
  }

  // A file that has changed or gone since it was chosen fails as a lost server does.
  async readable(name, file) {
    try {
      await file.slice(0, 1).arrayBuffer();
      return false;
    } catch (error) {
      return this.refuse(name, "failed", error.message);
    }
  }

  refuse(name, state, why) {
    this.refused({ name, state, why });
    return true;
  }
}

// The files of what was dropped, those in folders too, as pairs of name and File.
async function droppedFiles(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const files = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry, files) {
  if (entry instanceof File) {
    files.push([entry.name, entry]);
    return;
  }
  if (entry.isFile) {
    files.push([entry.fullPath.slice(1), await new Promise((resolve, reject) => entry.file(resolve, reject))]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return;
    for (const inner of part) await collect(inner, files);
  }
}
