"""The whole product on one machine: an embedded AWS engine, and `template.yaml` itself deployed to it.

`home` says where everything is, `engine` starts and stops, `deploy` builds and deploys, `tokens` and `samples` play the
company's token issuer and the platforms, `tour` shows what came of it, `__main__` is the doors of the Makefile.
"""
