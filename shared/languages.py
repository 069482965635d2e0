"""Languages, as platforms and playbooks name them (BCP 47), and which one a short text is written in."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator

from shared.words import words

_TAG = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


def _language_tag(written: str) -> str:
    if not _TAG.fullmatch(written):
        raise ValueError('must be a language tag (BCP 47), like "es" or "en-GB"')
    return written


LanguageTag = Annotated[str, AfterValidator(_language_tag)]

# Frequent words, folded as `words` folds them; many stand under several languages, and then count for each. What is in
# the first line of each language is said by itself, and counts twice.
_FREQUENT = {
    "es": """
        hola buenas buenos gracias ayuda
        el la los las un una unos unas y o yo mi mis tu su sus me te se nos lo le del al de en a con por para sin pero
        muy mas ya hoy ayer ahora porque cuando donde como que quien cual esto eso ese esa este esta hay he ha han hemos
        habeis tengo tiene tienen teneis quiero quisiera puedo puede pueden podeis estoy estais estamos llevo hace hacer
        sigo sigue llega llegado nada nadie no ni favor necesito dias tardes noches sois soy es son fue veces dos va os
        cobrado funciona respondeis contestais responde contesta mucho si
    """,
    "en": """
        hello hi hey thanks thank please help
        the a an and or but my your our his their is are was were be been have has had do does did don not no can could
        would should will with from this that these those what when where why how who which it its i im ive you me we us
        they there here for of to in on at by still yet since again never nobody anyone need want get got any been very
        twice waiting as if so
    """,
    "ca": """
        hola bon bona gracies sisplau ajuda
        el la els les un una uns unes i o jo meu meva vostre em et es ens ho del al de en a amb per sense pero molt mes
        ja avui ahir ara perque quan on com que qui quin aixo aquest aquesta hi ha he han hem tinc teniu vull voldria
        puc poden podeu estic estem fa fer segueixo arriba arribat encara res cap ningu no ni si us plau dies son dos va
        d l m s
    """,
    "gl": """
        ola boas bos grazas axuda
        o a os as un unha uns unhas e ou eu meu mina me te se nos lle do da ao de en con por para sen pero moi mais xa
        hoxe onte agora porque cando onde como que quen cal isto iso este esta hai ha teno ten tendes quero podo pode
        poden estou estades estamos levo fai facer sigo segue chega chegado ainda nada ninguen no na non nin dias son
        duas va
    """,
    "eu": """
        kaixo egunon arratsalde eskerrik mesedez laguntza
        eta edo ez bai da dira dut dugu nuen zuen dago daude naiz nago gara bat hau hori hura zer nola noiz non nor zein
        baina oso gaur atzo orain oraindik inork ezer gabe behar nahi daukat dela dago egun nire zure arte ere
    """,
    "pt": """
        ola oi obrigado obrigada ajuda bom boa
        o a os as um uma uns umas e ou eu meu minha seu sua me te se nos lhe do da dos das ao de em no na com por para
        sem mas muito mais ja hoje ontem agora porque quando onde como que quem qual isto isso este esta ha tenho tem
        quero posso pode podem estou estamos faz fazer continuo chega chegou ainda nada ninguem nao nem dia voce voces
        sao dois pelo pela
    """,
    "fr": """
        bonjour bonsoir salut merci aide
        le la les des un une et ou je j mon ma mes votre vos vous nous me te se il elle on est sont suis ai as a avez
        avons ont pas ne ni plus avec sans pour par dans mais tres deja aujourd hui hier maintenant pourquoi quand comme
        comment qui que quoi ce cet cette il y depuis toujours encore rien personne besoin de du au en d l n c s
    """,
    "de": """
        hallo guten danke bitte hilfe
        der die das den dem des ein eine einen einem und oder aber ich mein meine mir mich sie wir ihr uns es ist sind
        war bin habe haben hat nicht kein keine mit ohne von fur auf bei zu im in an seit noch schon immer heute gestern
        jetzt warum wann wo wie wer was kann konnen brauche mochte niemand nichts sehr tag
    """,
    "it": """
        ciao buongiorno buonasera salve grazie aiuto
        il lo la gli le un uno una e o io mio mia vostro mi ti si ci del della nel al di da in a con per senza ma molto
        piu gia oggi ieri adesso ora perche quando dove come che chi questo questa sono siamo e ho hai ha abbiamo hanno
        non ne ancora niente nessuno bisogno vorrei posso potete fa fare da arriva arrivato
    """,
}

_ENOUGH = 2


def _counts(frequent: Mapping[str, str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return for each word the languages that it is frequent in, and how much it counts for each."""
    found: dict[str, dict[str, int]] = {}
    for language, text in frequent.items():
        for place, line in enumerate(text.strip().splitlines()):
            for word in line.split():
                found.setdefault(word, {}).setdefault(language, 1 if place else _ENOUGH)
    return {word: tuple(counts.items()) for word, counts in found.items()}


_COUNTS = _counts(_FREQUENT)


def guess(text: str) -> str | None:
    """Return the language that a text is written in, where its frequent words leave little doubt, else none.

    It knows the languages of Spain, and English, Portuguese, French, German and Italian. Takes time linear in the text.
    """
    found: Counter[str] = Counter()
    for word in words(text):
        found.update(dict(_COUNTS.get(word, ())))
    (language, best), (_, second) = [*found.most_common(2), ("", 0), ("", 0)][:2]
    return language if best >= _ENOUGH and best >= 2 * second else None


def fitting(wanted: str, available: Iterable[str]) -> str | None:
    """Return which of the available languages is nearest to a wanted one, or none: of `es-MX` that is `es-MX`, else
    `es` (RFC 4647, section 3.4). Case does not count, and `es_MX`, as some platforms write it, is `es-MX`."""
    known = {each.lower(): each for each in available}
    return next((known[tag] for tag in _ranges(wanted) if tag in known), None)


def _ranges(wanted: str) -> Iterator[str]:
    """Yield what a language is looked up as, the most particular first."""
    parts = wanted.lower().replace("_", "-").split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:  # what introduces a subtag goes with it
            parts.pop()
