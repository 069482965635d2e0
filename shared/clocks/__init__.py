"""Clocks: how long customers wait, in the open time of whoever they wait for. Pure functions throughout."""
