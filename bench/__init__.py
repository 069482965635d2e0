"""Measurements that print ratios and write `results.json`; `README.md` says what is measured, and how."""
