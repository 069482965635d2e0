"""Until when what an accepted case is about is to be resolved, as the clocks of its conversation have it.

The fold reads all that is kept of an identity. So whoever writes a case lists it to be looked at (`first_look`), and
the watch, which asks the fold, lists it for when its time is over. What may bring that forward lists it to be looked at
once more: whatever is done with it or with another case of theirs, and what the customer says after we waited for them.
"""

from datetime import datetime

from shared.casework.deadlines import first_look
from shared.escalation import Escalation
from shared.playbook import Playbook
from shared.projection import waits
from shared.projection.going_on import other_talk, own_talk
from shared.store.table import Table


def resolve_by(table: Table, case: Escalation, playbook: Playbook, now: datetime) -> datetime | None:
    """Return until when a case is to be resolved, in the conversation that it rests on and where it goes on; none while
    we wait for the customer there, however late it is by then, and where nobody asks that.

    One query of all that is kept of the identity, and one more where it goes on under another.
    """
    if first_look(case, playbook) is None:
        return None
    talks = filter(None, (own_talk(table, case), other_talk(table, case)))
    matters = [waits.read(table, talk, playbook, now, kinds=waits.MATTER) for talk in talks]
    running = (each for each in matters if each.run and not each.run.stretches[-1].paused)
    return min(filter(None, (each.due(playbook) for each in running)), default=None)
