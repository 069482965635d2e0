"""Measurements that print ratios and write `results.json`; `README.md` says what is measured, how, and what was found."""
