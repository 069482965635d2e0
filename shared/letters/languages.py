"""What mail programs and help desks say around a quotation, in the languages of the company's customers."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """A language's words, those of one kind between bars.

    `author`, `sent`, `date`, `to` and `subject` name the fields of a copied header; `original` stands in the rule above
    it. `opens` begins the line that introduces a quotation, which says at its end, or `within`, who `wrote`. `reply`
    and `above` stand in a help desk's "write your reply above this line", and `below` in a customer's words, when the
    answers are in the copy itself.
    """

    author: str
    sent: str
    date: str
    to: str
    subject: str
    original: str
    opens: str
    wrote: str
    within: str
    reply: str
    above: str
    below: str


WORDS: Mapping[str, Words] = {
    "es": Words(
        *("de", "enviado|enviado el|enviada el", "fecha", "para|cc|cco", "asunto", "mensaje original"),
        *("el|en", "escribió", "", "respuesta|responda|responde", "(?:encima|arriba|sobre)(?: de)? esta línea"),
        "(?:más )?abajo|debajo|a continuación|entre líneas|en (?:rojo|azul|verde|negrita)",
    ),
    "en": Words(
        *("from", "sent", "date", "to|cc|bcc", "subject", "original message"),
        *("on", "wrote", "", "reply|response|answer|respond", "above (?:this|the) line"),
        "below|inline|in-line|in line|in (?:red|blue|green|bold)",
    ),
    "pt": Words(
        *("de", "enviado|enviada|enviado em|enviada em", "data", "para|cc|cco", "assunto", "mensagem original"),
        *("em|às|no dia", "escreveu", "", "resposta|responda", "acima d(?:esta|a) linha"),
        "abaixo|em (?:vermelho|azul|verde|negrito)",
    ),
    "fr": Words(
        *("de", "envoyé|envoyé le", "date", "à|cc|cci", "objet|sujet", "message d'origine|message original"),
        *("le", "a écrit", "", "réponse|répondez", "au[- ]dessus de cette ligne"),
        "ci-dessous|plus bas|dans le texte|en (?:rouge|bleu|vert|gras)",
    ),
    "de": Words(
        *("von", "gesendet", "datum", "an|cc|bcc", "betreff", "ursprüngliche nachricht|originalnachricht"),
        *(
            "am",
            "schrieb|folgendes geschrieben",
            "schrieb",
            "antwort|antworten",
            "(?:oberhalb|über) dieser (?:linie|zeile)|über diese (?:linie|zeile)",
        ),
        "unten|unterhalb|im text|in (?:rot|blau|grün|fett)",
    ),
    "it": Words(
        *("da", "inviato|inviato il", "data", "a|cc|ccn", "oggetto", "messaggio originale"),
        *("il", "ha scritto", "", "risposta|risponda|rispondere", "sopra (?:a )?questa (?:riga|linea)"),
        "sotto|qui di seguito|in (?:rosso|blu|verde|grassetto)",
    ),
    "nl": Words(
        *("van", "verzonden", "datum", "aan|cc|bcc", "onderwerp", "oorspronkelijk bericht|origineel bericht"),
        *("op", "schreef|het volgende geschreven", "schreef", "antwoord|reactie", "boven deze (?:regel|lijn)"),
        "hieronder|onderstaand|tussen de regels|in (?:het )?(?:rood|blauw|groen|vet)",
    ),
    "ca": Words(
        *("de", "enviat|enviat el", "data", "a|per a|cc|cco", "assumpte|tema", "missatge original"),
        *(
            "el|missatge de",
            "va escriure|ha escrit",
            "del dia",
            "resposta|respongui",
            "(?:damunt|sobre|dalt)(?: d')? ?aquesta línia",
        ),
        "(?:més )?avall|a sota|a continuació|en (?:vermell|blau|verd|negreta)",
    ),
    "gl": Words(
        *("de", "enviado|enviado o", "data", "para|cc|cco", "asunto", "mensaxe orixinal"),
        *("o", "escribiu", "", "resposta|responda", "enriba desta liña"),
        "(?:máis )?abaixo|en (?:vermello|azul|verde)",
    ),
}
