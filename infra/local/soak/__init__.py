"""A soak: thousands of deliveries through the local engine while calls fail and processes die, and then the reckoning.

`plan` says what is sent and when (pure), `senders` send it as platforms do, `faults` break the functions' calls and
kill their processes, `probes` time how soon a lookup shows somebody, `settling` waits for what happens by itself,
`audit` compares what is kept with what was sent, `report` prints, `__main__` is the Makefile's door.
"""
