"""Repair: what is stuck, and how it is set right again from what was kept. Everything here can be tried first."""
