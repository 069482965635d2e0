"""Whether a customer said thank you, or fine, and nothing that waits for an answer.

It is better to answer a thank you too many than to leave a question: whatever is not known to be courtesy is none.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from unicodedata import category

from shared.clocks.names import NAMES
from shared.models import Message
from shared.words import words

_LONGEST = 14
_MANY_STARS = 4

_THANKS = """
gracias; muchas gracias; mil gracias; muchisimas gracias; mil millones de gracias; un millon de gracias; graciass; grax
te lo agradezco; os lo agradezco; se lo agradezco; lo agradezco; agradecido; agradecida; muy agradecido; muy agradecida
muy amable; muy amables; que amable; que amables
gracies; moltes gracies; merci; merci beaucoup; merci bien; merci a vous; merci a toi; mille mercis; eskerrik asko
mila esker; grazas; moitas grazas; obrigado; obrigada; muito obrigado; muito obrigada; danke; vielen dank; danke schon
grazie; grazie mille; mille grazie
thanks; thank you; thank u; thanks a lot; thanks so much; thanks a million; many thanks; thank you so much
thank you very much; thx; thnx; tks; ty; tysm; cheers; much appreciated; i appreciate it; appreciate it; appreciated
very kind; so kind; very kind of you; so kind of you
ok; okey; okay; oki; okis; okk; vale; vale vale; perfecto; perfecta; perfect; genial; estupendo; fenomenal; fantastico
fantastic; great; excelente; excellent; maravilloso; wonderful; brilliant; awesome; lovely; super; guay; chachi; top
de acuerdo; entendido; comprendido; recibido; enterado; enterada; anotado; todo claro; queda claro
me queda claro; muy bien; que bien; got it; understood; noted; received; sounds good; all good; all clear
todo bien; todo perfecto; todo correcto; todo ok; todo en orden; all set; all fine
solucionado; resuelto; arreglado; ya esta solucionado; ya esta resuelto; ya esta arreglado; ya funciona
ya me funciona; ya funciona todo; problema resuelto; problema solucionado; solved; sorted; fixed; it works now
works now; working now; it is working now; all sorted; that worked; that did it
de nada; igualmente; no hay de que; you too; same to you; no problem; no worries
"""
"""What counts by itself."""

_LEAVE = """
un saludo; un cordial saludo; un saludo cordial; saludos cordiales; cordiales saludos; reciba un cordial saludo
reciban un cordial saludo; un abrazo; un fuerte abrazo; un abrazo fuerte; atentamente; atte; cordialmente
best regards; kind regards; warm regards; yours sincerely; sincerely; yours faithfully; all the best
una salutacio; salutacions cordials; una abracada; cordialement; bien cordialement; um abraco; um cumprimento
"""
"""With what letters end: it counts by itself as well, for it is often sent after what it belongs to."""

_BESIDE = """
por todo; por la ayuda; por tu ayuda; por su ayuda; por vuestra ayuda; por la respuesta; por tu respuesta
por su respuesta; por vuestra respuesta; por responder; por contestar; por contestarme; por responderme; por avisar
por avisarme; por la informacion; por la info; por la atencion; por su atencion; por tu atencion; por vuestra atencion
por la rapidez; por tu tiempo; por su tiempo; por vuestro tiempo; por la paciencia; por ayudarme; por la gestion
por tu interes; por su interes; por el interes; por la aclaracion; por todo esto; por la solucion; por solucionarlo
por resolverlo
a ti; a usted; a ustedes; a vosotros; a todos; a vosotras; de verdad; de corazon; de nuevo; otra vez; por adelantado
de antemano; y gracias; pues; entonces; muy; y; ya; todo; ha quedado claro; tan rapido; tan rapida
saludos; saludo; abrazos; un beso; besos; feliz dia; feliz tarde; feliz noche
feliz semana; feliz finde; buen dia; buenos dias; buenas tardes; buenas noches; buena tarde; buena semana; buen finde
buen fin de semana; hasta luego; hasta pronto; hasta manana; adios; chao; que tengas buen dia; que tenga buen dia
que tengais buen dia; que tengas un buen dia; que tenga un buen dia; eres un crack; eres la mejor; eres el mejor
sois unos cracks; sois los mejores; sois geniales
for everything; for the help; for your help; for your time; for your reply; for the reply; for your answer
for the quick reply; for your quick reply; for the quick response; for your quick response; for your patience
for letting me know; for getting back to me; for the info; for the information; for helping; for helping me
for sorting it; for fixing it; for your support; for all your help; for all; again; in advance; then; so; very; and; all
have a nice day; have a good day; have a great day; have a lovely day; have a good one; have a nice weekend
regards; best; bye; goodbye; take care; good night; good day; you are the best
you re the best; guys; everyone; team; equipo; chicos; crack
"""
"""What may stand beside that."""

_GLAD = frozenset(
    "👍👌🙏👏🙌🤝🤗🤙✌🫶🫡💪✅✔☑🆗💯😀😃😄😁😆😊🙂😉😍🥰😘😗😚😙😇🤩🥳😎😌☺😺"
    "😻❤🧡💛💚💙💜🤎🖤🤍♥💕💖💗💓💞💝💐🌹🌸🌷🌟⭐✨🎉🎊🥂🍻🎈🤞"
)
_COLOURS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))  # of skin: modifiers of the emoji before them

_HANDLE = re.compile(r"(?<![\w.])@\w+")
_SAYS_MORE = re.compile(r"[?¿@]|://|www\.|[:;=x>]'?-?[(\[/\\|]")  # a question, an address, a long face
_LONG_DRAWN = re.compile(r"(.)\1+")


def _phrases(written: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for line in written.splitlines() for phrase in line.split(";") if phrase)


_COUNTS = _phrases(_THANKS) | _phrases(_LEAVE)
_EITHER = _COUNTS | _phrases(_BESIDE)
_KNOWN = frozenset(word for phrase in _EITHER for word in phrase)
_LONGEST_PHRASE = max(map(len, _EITHER))


def needs_no_answer(message: Message) -> bool:
    """Return whether a message waits for no answer: it only says thank you, or is a review of four or five stars
    without a word. Whoever gives fewer stars is not thankful, whatever the words."""
    if message.attachments or (message.rating or _MANY_STARS) < _MANY_STARS:
        return False
    is_bare = message.rating is not None and not (message.text + (message.title or "")).strip()
    return is_bare or only_thanks(message.text)


def only_thanks(text: str) -> bool:
    """Return whether a text in Spanish or English only thanks, agrees or takes leave, so that nobody has to answer it.

    "muchas gracias por la ayuda", "ok", "gracias Ana, un saludo", "thanks!" and emoji that are glad are; "gracias por
    nada", "gracias pero sigue sin funcionar", a question, a number, a link or an angry face beside it are not. A name
    counts for nothing, and may stand only after what does.
    """
    text = _HANDLE.sub(" ", text)
    symbols = [character for character in text if category(character)[0] == "S" and character not in _COLOURS]
    if _SAYS_MORE.search(text.lower()) or not _GLAD.issuperset(symbols):
        return False
    said = [_plainly(word) for word in words(text)]
    return bool(said or symbols) and len(said) <= _LONGEST and (not said or _is_courtesy(said))


def _plainly(word: str) -> str:
    """Return a word as it is spelt when nobody draws it out: "graciaaas"."""
    short = _LONG_DRAWN.sub(r"\1", word)
    return word if word in _KNOWN or short not in _KNOWN else short


def _is_courtesy(said: Sequence[str]) -> bool:
    """Return whether words are nothing but phrases that we know, one of them at least one that counts."""
    reached: dict[int, bool] = {0: False}  # up to which word they are, and whether one has counted by then
    for begin in range(len(said)):
        if begin in reached:
            for end in range(begin + 1, min(begin + _LONGEST_PHRASE, len(said)) + 1):
                phrase = tuple(said[begin:end])
                if phrase in _EITHER:
                    counts = reached[begin] or phrase in _COUNTS
                    for after in range(end, end + (_names(said[end:]) if counts else 0) + 1):
                        reached[after] = reached.get(after, False) or counts
    return reached.get(len(said), False)


def _names(said: Sequence[str]) -> int:
    """Return with how many names words begin: one, or two as in Ana María."""
    return sum(1 for _ in takewhile(NAMES.__contains__, said[:2]))
