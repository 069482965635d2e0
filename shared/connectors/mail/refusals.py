"""What somebody is told whose answer by mail was not passed on; `{why}` is what is filled in."""

from collections.abc import Mapping
from typing import Literal

from shared.playbook.connectors import Language

Reason = Literal["no_address", "no_member", "attachments", "empty", "no_reason", "unknown", "refused", "channel"]

REFUSALS: Mapping[Language, Mapping[Reason, str]] = {
    "es": {
        "no_address": "Tu correo no se ha enviado a ningún cliente: la dirección no es la de ningún aviso nuestro. "
        "Contesta al correo del aviso, sin cambiar la dirección.",
        "no_member": "Tu correo no se ha enviado al cliente: tu dirección no está entre las del departamento. Pide que "
        "la añadan.",
        "attachments": "Tu correo no se ha enviado al cliente: por aquí no se pueden pasar adjuntos. Contesta de nuevo "
        "sin ellos.",
        "empty": "Tu correo no se ha enviado al cliente: no hay nada escrito por encima de la línea.",
        "no_reason": "No se ha devuelto: falta el motivo. Escribe en la primera línea: DEVUELVO: y el motivo.",
        "unknown": "No se ha hecho nada: del aviso ya no se sabe nada aquí.",
        "refused": "No se ha hecho nada: {why}.",
        "channel": "{why}",
    },
    "en": {
        "no_address": "Your mail went to no customer: the address is that of no hand-off of ours. Answer the mail of "
        "the hand-off, and leave the address as it is.",
        "no_member": "Your mail did not go to the customer: your address is not among the department's. Ask for it to "
        "be added.",
        "attachments": "Your mail did not go to the customer: attachments cannot be passed on. Answer again without "
        "them.",
        "empty": "Your mail did not go to the customer: nothing is written above the line.",
        "no_reason": "It was not returned: the reason is missing. Write on the first line: RETURN: and the reason.",
        "unknown": "Nothing was done: nothing is known of the hand-off here any more.",
        "refused": "Nothing was done: {why}.",
        "channel": "{why}",
    },
}
