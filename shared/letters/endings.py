"""What stands below somebody's words and is none of them: a signature, a program's footer, a company's disclaimer."""

import re
from collections.abc import Sequence

_SIGNATURE = "-- "
"""RFC 3676, 4.3. Some programs take the space away; then a name has to follow, since people separate with it, too."""
_LONGEST_SIGNATURE = 20
_LONGEST_PARTICLE = 3
_NAME = re.compile(r"[\s*_]*[^\W\d][^\d:;!?]{1,60}")
_SPEAKS = re.compile(r"¿|[?!](?:\s|$)", re.MULTILINE)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_SENT_OR_GOT = _words(
    "enviado obtener obtén obter descargar sent get download envoyé obtenir obtenez télécharger téléchargez gesendet",
    "holen beziehen herunterladen inviato scarica ottieni verzonden verstuurd downloaden enviat obteniu organize",
    "organiza",
)
_PROGRAMS = _words(
    "iphone ipad android galaxy samsung huawei xiaomi redmi pixel motorola oppo honor nokia mobile móvil smartphone",
    "outlook yahoo gmail thunderbird windows proton gmx",
)
_BETWEEN = _words(
    "a amb an aplicación aplicação app apparaat appareil application auf busca con conquer conquista correo",
    "correu courrier da dal de del depuis des desde device dispositivo do e-mail el em email en for from für",
    "gerät handy i il ios l la le lite mail max meinem meiner met meu meva mi mijn mini mio mit mon my note o on",
    "op para partir per phone plus posta pour pro search sich sie su sur tablet telefono telefoon teléfono the",
    "téléphone ultra un una vanaf vanuit von voor with à",
)
_LINK = re.compile(r"[<(\[]?https?://[^\s<>]{1,300}[>)\]]?|[<(\[][^\s<>]{1,300}[>)\]]")
_LONGEST_FOOTER = 400
_LONGEST_MODEL = 3

_DISCLAIMS = re.compile(
    r"\W*(?:aviso legal|aviso de confidencialidad|legal notice|disclaimer|confidentiality notice|"
    r"est[ea] (?:mensaje|correo|comunicación|mensagem|email|e-mail)|th(?:is|e information in this) (?:e-?mail|message)|"
    r"ce (?:message|courriel|mail)|diese (?:e-?mail|nachricht)|quest[ao] (?:e-?mail|messaggio)|"
    r"(?:dit|deze) (?:bericht|e-?mail)|aquest (?:missatge|correu))\b",
    re.IGNORECASE,
)
_SECRET = re.compile(r"confiden|vertraulich|vertrouwelijk|riservat", re.IGNORECASE)
_MEANT_FOR = re.compile(r"destin|addressee|recipient|empfänger|adressat|bestemd|geadresseerde|intended", re.IGNORECASE)
_LONGEST_DISCLAIMER = 30
_SHORTEST_DISCLAIMER = 120


def without_an_ending(lines: Sequence[str]) -> Sequence[str]:
    """Return lines, the last of which is not blank, without the first of these endings that is found, if one is."""
    for ending in (_footer, _disclaimer, _signature):
        if count := ending(lines):
            return lines[:-count]
    return lines


def _signature(lines: Sequence[str]) -> int:
    for back in range(2, min(_LONGEST_SIGNATURE, len(lines)) + 1):
        line = lines[-back]
        if line.rstrip() == _SIGNATURE.rstrip():
            after = lines[len(lines) - back + 1 :]
            is_set_off = line == _SIGNATURE or _is_name(next(filter(str.strip, after)))
            goes_on = any(each.lstrip().startswith(">") for each in after) or _SPEAKS.search("\n".join(after))
            return back if is_set_off and not goes_on else 0
    return 0


def _is_name(line: str) -> bool:
    words = line.replace("*", " ").split()
    return bool(_NAME.fullmatch(line)) and all(word[0].isupper() for word in words if len(word) > _LONGEST_PARTICLE)


def _footer(lines: Sequence[str]) -> int:
    # A customer's sentence may begin like a footer: only one that has no other words than footers have is one.
    line = lines[-1] if lines else ""
    if len(line) > _LONGEST_FOOTER:
        return 0
    words = {word for word in re.findall(r"[\w-]*\w", _LINK.sub(" ", line).lower()) if not _is_model(word)}
    return int(bool(words & _SENT_OR_GOT and words & _PROGRAMS and words <= _SENT_OR_GOT | _PROGRAMS | _BETWEEN))


def _is_model(word: str) -> bool:
    return len(word) <= _LONGEST_MODEL and any(map(str.isdigit, word))


def _disclaimer(lines: Sequence[str]) -> int:
    for back in range(1, min(_LONGEST_DISCLAIMER, len(lines)) + 1):
        if back == len(lines) or not lines[-back - 1].strip():
            said = " ".join(lines[len(lines) - back :])
            is_one = len(said) >= _SHORTEST_DISCLAIMER and _DISCLAIMS.match(said)
            return back if is_one and _SECRET.search(said) and _MEANT_FOR.search(said) else 0
    return 0
