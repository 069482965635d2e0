"""Imported before all else by every function: no garbage is looked for while it is being loaded.

Next to nothing that is imported is garbage, and looking through it again and again was an eighth of the door's cold
start. What has been loaded stays for as long as the process does, and is looked through never again.
"""

import gc

gc.disable()


def loaded() -> None:
    """Look for garbage from now on, in what is made from now on; once in a process."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
