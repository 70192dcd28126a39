"""How soon the chat is there, beside a bare Gradio chat measured in the same run.

    python -m benchmarks.page [--store DIR] [--rounds N]

Prints, for both, the medians of the first contentful paint and of the moment at which a question can
be typed, in milliseconds after the navigation began, each in a fresh browser context; and the ratios.
Needs Chromium, as the browser tests do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.speed_process import free_port

HOME = Path(__file__).resolve().parents[1]
BARE = """
import sys, gradio
gradio.ChatInterface(lambda message, history: message).launch(server_port=int(sys.argv[1]), quiet=True)
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
USABLE = """
() => {
  const box = document.querySelector("textarea:not([disabled]):not(#q-key textarea)");
  return box && box.offsetParent ? performance.now() : 0;
}
"""


@contextmanager
def served(command: list[str], port: int) -> Iterator[str]:
    """Run a server as a process of its own, from when it answers to the end of the block."""
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen([sys.executable, *command], cwd=HOME, env=environment) as process:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def load(browser: Browser, address: str) -> tuple[float, float]:
    """Return milliseconds to the first contentful paint and to a box that takes a question."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, wait_until="commit")
    usable = page.wait_for_function(USABLE, polling="raf").json_value()
    painted = page.wait_for_function(PAINTED).json_value()
    context.close()
    return float(painted), float(usable)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description="How soon the chat is there, beside a bare Gradio chat.")
    parser.add_argument("--store", default=".store")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    ours, bare = free_port(), free_port()
    with ExitStack() as stack:
        serve = ["app.py", "serve", "--port", str(ours), "--store", options.store]
        addresses = {
            "quoth": stack.enter_context(served(serve, ours)),
            "bare": stack.enter_context(served(["-c", BARE, str(bare)], bare)),
        }
        playwright = stack.enter_context(sync_playwright())
        arguments = ["--disable-gpu", "--no-sandbox"] if os.geteuid() == 0 else ["--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        for address in addresses.values():
            load(browser, address)  # the first load of each also loads what the server keeps
        rounds = [{name: load(browser, address) for name, address in addresses.items()} for _ in range(options.rounds)]
        browser.close()
    for n, what in enumerate(("first paint", "usable input")):
        quoth, other = (statistics.median(times[name][n] for times in rounds) for name in ("quoth", "bare"))
        sys.stdout.write(f"{what}: quoth {quoth:.0f} ms, bare {other:.0f} ms, ratio {quoth / other:.2f}\n")


if __name__ == "__main__":
    main()
