"""Speed and quality beside peers, one command each: see RESULTS.md."""
