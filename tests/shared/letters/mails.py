"""Answers as mail programs and help desks put them together, in the languages of the company's customers, and what
their writers wrote themselves."""

from collections.abc import Iterator
from typing import NamedTuple


class Mail(NamedTuple):
    """`own` is what somebody wrote; `may_stay` what else may be shown: an answer between quoted lines needs them."""

    name: str
    text: str
    own: str
    may_stay: str = ""


class Spoken(NamedTuple):
    """What a customer writes in one language, what they answer to, and what programs write around it."""

    own: str
    copied: str
    introductions: tuple[str, ...]
    header: str
    original: str
    footers: tuple[str, ...]
    marker: str
    disclaimer: str
    below: str


WHO = "Teleprado <ayuda@teleprado.example>"

SPOKEN = {
    "es": Spoken(
        own="Hola, Lola:\n\nSigue sin llegar. ¿Puedo recogerlo el 3 de marzo en la tienda?\n\nGracias,\nMarta",
        copied="Estimada clienta:\n\nSu pedido 4711 salió ayer del almacén.\nLe avisaremos del reparto.\n\nAtentamente",
        introductions=(
            f"El lun, 2 mar 2026 a las 9:14, {WHO} escribió:",
            f"El 2 mar 2026, a las 9:14, {WHO} escribió:",
            "El lun, 2 mar 2026 a las 9:14, Teleprado (<ayuda@teleprado.example>)\nescribió:",
            f"El lunes, 2 de marzo de 2026, 09:14:05 CET, {WHO} escribió:",
        ),
        header=f"De: {WHO}\nEnviado el: lunes, 2 de marzo de 2026 9:14\nPara: Marta\nAsunto: RE: Pedido 4711",
        original="Mensaje original",
        footers=(
            "Enviado desde mi iPhone",
            "Obtener Outlook para iOS<https://aka.ms/o0ukef>",
            "Enviado desde mi Galaxy",
        ),
        marker="##- Por favor, escriba su respuesta por encima de esta línea -##",
        disclaimer="Este mensaje y sus anexos son confidenciales y van dirigidos solo a su destinatario. Si no lo es "
        "usted, bórrelo\ny dígaselo a quien se lo envió.",
        below="Te contesto abajo, en rojo.",
    ),
    "en": Spoken(
        own="Hi Lola,\n\nIt still has not come. Can I fetch it on March 3rd?\n\nThanks,\nMartha",
        copied="Dear customer,\n\nyour order 4711 left the warehouse yesterday.\nWe will tell you.\n\nKind regards",
        introductions=(
            f"On Mon, Mar 2, 2026 at 9:14 AM {WHO} wrote:",
            f"On 2 Mar 2026, at 09:14, {WHO} wrote:",
            "On Mon, Mar 2, 2026 at 9:14 AM Teleprado <ayuda@teleprado.example>\nwrote:",
            f"On Monday, March 2, 2026 at 09:14:05 AM GMT+1, {WHO} wrote:",
        ),
        header=f"From: {WHO}\nSent: Monday, March 2, 2026 9:14 AM\nTo: Martha\nSubject: RE: Order 4711",
        original="Original Message",
        footers=(
            "Sent from my iPhone",
            "Get Outlook for Android<https://aka.ms/AAb9ysg>",
            "Sent from Yahoo Mail on Android",
        ),
        marker="##- Please type your reply above this line -##",
        disclaimer="This e-mail and what is attached to it are confidential and meant for the recipient alone. If you "
        "are somebody else,\ndelete it and tell whoever sent it.",
        below="My answers are inline, in blue.",
    ),
    "pt": Spoken(
        own="Olá, Lola:\n\nAinda não chegou. Posso buscar no dia 3 de março?\n\nObrigada,\nMarta",
        copied="Estimada cliente:\n\nA sua encomenda 4711 saiu ontem do armazém.\nAvisaremos.\n\nAtenciosamente",
        introductions=(
            f"Em seg., 2 de mar. de 2026 às 09:14, {WHO} escreveu:",
            f"Em 2 de mar. de 2026, à(s) 09:14, {WHO} escreveu:",
            "Em seg., 2 de mar. de 2026 às 09:14, Teleprado <ayuda@teleprado.example>\nescreveu:",
            f"Em segunda-feira, 2 de março de 2026 09:14:05 GMT, {WHO} escreveu:",
        ),
        header=f"De: {WHO}\nEnviado: segunda-feira, 2 de março de 2026 09:14\nPara: Marta\nAssunto: RE: Encomenda 4711",
        original="Mensagem original",
        footers=("Enviado do meu iPhone", "Obter o Outlook para iOS<https://aka.ms/o0ukef>", "Enviado do meu Galaxy"),
        marker="##- Por favor, escreva a sua resposta acima desta linha -##",
        disclaimer="Esta mensagem e os seus anexos são confidenciais e dirigem-se apenas ao destinatário. Se não é o "
        "seu caso,\napague-a e avise quem a enviou.",
        below="Respondo abaixo, em azul.",
    ),
    "fr": Spoken(
        own="Bonjour Lola,\n\nToujours rien. Puis-je le retirer le 3 mars ?\n\nMerci,\nMarthe",
        copied="Chère cliente,\n\nvotre colis 4711 est parti hier.\nNous vous préviendrons.\n\nCordialement",
        introductions=(
            f"Le lun. 2 mars 2026 à 09:14, {WHO} a écrit :",
            f"Le 2 mars 2026 à 09:14, {WHO} a écrit :",
            "Le lun. 2 mars 2026 à 09:14, Teleprado <ayuda@teleprado.example> a\nécrit :",
            f"Le lundi 2 mars 2026 à 09:14:05 UTC+1, {WHO} a écrit :",
        ),
        header=f"De : {WHO}\nEnvoyé : lundi 2 mars 2026 09:14\nÀ : Marthe\nObjet : RE: Colis 4711",
        original="Message d'origine",
        footers=("Envoyé de mon iPhone", "Obtenir Outlook pour iOS<https://aka.ms/o0ukef>", "Envoyé depuis mon Galaxy"),
        marker="##- Veuillez écrire votre réponse au-dessus de cette ligne -##",
        disclaimer="Ce message et ses pièces jointes sont confidentiels et réservés à leur destinataire. Si vous ne "
        "l'êtes pas,\neffacez-le et prévenez son expéditeur.",
        below="Mes réponses sont ci-dessous, en rouge.",
    ),
    "de": Spoken(
        own="Hallo Lola,\n\nnoch immer nichts da. Kann ich es am 3. März abholen?\n\nDanke,\nMartha",
        copied="Sehr geehrte Kundin,\n\nIhr Paket 4711 ging gestern ab.\nWir melden uns.\n\nViele Grüße",
        introductions=(
            f"Am Mo., 2. März 2026 um 09:14 Uhr schrieb {WHO}:",
            f"Am 02.03.2026 um 09:14 schrieb {WHO}:",
            "Am Mo., 2. März 2026 um 09:14 Uhr schrieb Teleprado <\nayuda@teleprado.example>:",
            f"Am Montag, 2. März 2026 um 09:14:05 MEZ hat {WHO} Folgendes geschrieben:",
        ),
        header=f"Von: {WHO}\nGesendet: Montag, 2. März 2026 09:14\nAn: Martha\nBetreff: AW: Paket 4711",
        original="Ursprüngliche Nachricht",
        footers=(
            "Von meinem iPhone gesendet",
            "Outlook für iOS<https://aka.ms/o0ukef> beziehen",
            "Gesendet von Outlook für Android",
        ),
        marker="##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
        disclaimer="Diese E-Mail und ihre Anhänge sind vertraulich und nur für ihren Empfänger bestimmt. Sind Sie es "
        "nicht,\nlöschen Sie sie und benachrichtigen Sie den Absender.",
        below="Antworten siehe unten, in rot.",
    ),
    "it": Spoken(
        own="Ciao Lola,\n\nnon è ancora arrivato. Posso ritirarlo il 3 marzo?\n\nGrazie,\nMarta",
        copied="Gentile cliente,\n\nil suo pacco 4711 è partito ieri.\nLe faremo sapere.\n\nCordiali saluti",
        introductions=(
            f"Il giorno lun 2 mar 2026 alle ore 09:14 {WHO} ha scritto:",
            f"Il 2 mar 2026, alle ore 09:14, {WHO} ha scritto:",
            "Il giorno lun 2 mar 2026 alle ore 09:14 Teleprado <\nayuda@teleprado.example> ha scritto:",
            f"Il lunedì 2 marzo 2026 alle ore 09:14:05 CET, {WHO} ha scritto:",
        ),
        header=f"Da: {WHO}\nInviato: lunedì 2 marzo 2026 09:14\nA: Marta\nOggetto: R: Pacco 4711",
        original="Messaggio originale",
        footers=("Inviato da iPhone", "Ottieni Outlook per iOS<https://aka.ms/o0ukef>", "Inviato dal mio Galaxy"),
        marker="##- Scriva la sua risposta sopra questa riga -##",
        disclaimer="Questo messaggio e i suoi allegati sono riservati e rivolti al solo destinatario. Se non è lei,\n"
        "lo cancelli e avvisi chi lo ha spedito.",
        below="Rispondo qui di seguito, in rosso.",
    ),
    "nl": Spoken(
        own="Hallo Lola,\n\nhet is er nog niet. Kan ik het op 3 maart ophalen?\n\nBedankt,\nMartha",
        copied="Geachte klant,\n\nuw pakket 4711 heeft gisteren ons magazijn verlaten.\nU hoort van ons.\n\nGroeten",
        introductions=(
            f"Op ma 2 mrt 2026 om 09:14 schreef {WHO}:",
            f"Op 2 mrt 2026 om 09:14 heeft {WHO} het volgende geschreven:",
            "Op ma 2 mrt 2026 om 09:14 schreef Teleprado <\nayuda@teleprado.example>:",
            f"Op maandag 2 maart 2026 om 09:14:05 CET schreef {WHO}:",
        ),
        header=f"Van: {WHO}\nVerzonden: maandag 2 maart 2026 09:14\nAan: Martha\nOnderwerp: RE: Pakket 4711",
        original="Oorspronkelijk bericht",
        footers=(
            "Verstuurd vanaf mijn iPhone",
            "Outlook voor iOS<https://aka.ms/o0ukef> downloaden",
            "Verzonden vanaf mijn Galaxy",
        ),
        marker="##- Typ uw antwoord boven deze regel -##",
        disclaimer="Dit bericht en de bijlagen zijn vertrouwelijk en alleen bestemd voor de geadresseerde. Bent u dat "
        "niet,\nwis het dan en laat het de afzender weten.",
        below="Mijn antwoorden staan hieronder, in rood.",
    ),
    "ca": Spoken(
        own="Hola, Lola:\n\nEncara no ha arribat. El puc recollir el 3 de març?\n\nGràcies,\nMarta",
        copied="Benvolguda clienta:\n\nLa comanda 4711 va sortir ahir del magatzem.\nL'avisarem.\n\nCordialment",
        introductions=(
            f"Missatge de {WHO} del dia dl., 2 de març 2026 a les 9:14:",
            f"El 2 març 2026, a les 9:14, {WHO} va escriure:",
            "Missatge de Teleprado <ayuda@teleprado.example> del dia dl., 2 de\nmarç 2026 a les 9:14:",
            f"El dilluns, 2 de març de 2026, 09:14:05 CET, {WHO} ha escrit:",
        ),
        header=f"De: {WHO}\nEnviat el: dilluns, 2 de març de 2026 9:14\nPer a: Marta\nTema: RE: Comanda 4711",
        original="Missatge original",
        footers=(
            "Enviat des del meu iPhone",
            "Obteniu l'Outlook per a iOS<https://aka.ms/o0ukef>",
            "Enviat des del meu Galaxy",
        ),
        marker="##- Escriviu la resposta per sobre d'aquesta línia -##",
        disclaimer="Aquest missatge i els seus annexos són confidencials i s'adrecen només al destinatari. Si no ho "
        "sou,\nesborreu-lo i aviseu qui l'ha enviat.",
        below="Us responc més avall, en vermell.",
    ),
}


def marked(text: str, mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


def _of(language: str, said: Spoken) -> Iterator[Mail]:
    own, copied, header = said.own, said.copied, said.header
    gmail, apple, wrapped, yahoo = said.introductions
    phone, outlook, other = said.footers
    bold = "\n".join("*{}:*{}".format(*line.split(":", 1)) for line in header.split("\n"))
    inline = f"{gmail}\n\n> 4711\n\n{own}\n\n> {copied.splitlines()[2]}\n"
    built = {
        "gmail": f"{own}\n\n{gmail}\n\n{marked(copied)}\n",
        "gmail, wrapped": f"{own}\n\n{wrapped}\n\n{marked(copied)}\n",
        "gmail, unmarked": f"{own}\n\n{gmail}\n\n{copied}\n",
        "gmail, wrapped, unmarked": f"{own}\r\n\r\n{wrapped}\r\n{copied}\r\n",
        "gmail, nested": f"{own}\n\n{gmail}\n\n{marked(copied)}\n>\n{marked(apple)}\n{marked(marked(own))}\n",
        "gmail, signed": f"{own}\n\n-- \nMarta Rius\nCalle Mayor 7\n\n{gmail}\n\n{marked(copied)}\n",
        "signed below": f"{own}\n\n{gmail}\n\n{marked(copied)}\n\n-- \nMarta Rius\nCalle Mayor 7\n",
        "apple": f"{own}\n\n{phone}\n\n{apple}\n\n{marked(copied)}\n",
        "apple, footer below": f"{own}\n\n{apple}\n\n{marked(copied)}\n\n{phone}\n",
        "apple, unmarked": f"{own}\n\n{phone}\n\n{apple}\n\n{copied}\n",
        "yahoo": f"{own}\n\n    {yahoo}\n \n {copied}\n",
        "outlook": f"{own}\r\n\r\n{header}\r\n\r\n{copied}\r\n",
        "outlook, bold": f"{own}\n\n{bold}\n\n{copied}\n",
        "outlook, nested": f"{own}\n\n{header}\n\n{copied}\n\n{header}\n\n{own}\n",
        "outlook, old": f"{own}\n\n-----{said.original}-----\n{header}\n\n{copied}\n",
        "outlook, phone": f"{own}\n\n{outlook}\n{'_' * 32}\n{header}\n\n{copied}\n",
        "samsung": f"{own}\n\n{other}\n\n-------- {said.original} --------\n{header}\n\n{copied}\n",
        "help desk": f"{own}\n\n{gmail}\n\n{marked(said.marker)}\n{marked(copied)}\n",
        "help desk, unmarked": f"{own}\n\n{said.marker}\n\n{copied}\n",
        "help desk, outlook": f"{own}\n\n{header}\n\n{said.marker}\n\n{copied}\n",
        "disclaimer": f"{own}\n\n{said.disclaimer}\n\n{header}\n\n{copied}\n",
        "footer alone": f"{own}\n\n{phone}\n",
        "no copy": f"{own}\n",
    }
    for name, text in built.items():
        yield Mail(f"{language} {name}", text, own)
    yield Mail(f"{language} between the lines", inline, own, inline)
    coloured = f"{said.below}\n\n{header}\n\n{copied}\n\n{own}\n"
    yield Mail(f"{language} in the copy", coloured, f"{said.below}\n\n{own}", coloured)
    under = f"{header}\n\n{marked(copied)}\n\n{own}\n"
    yield Mail(f"{language} under a marked copy", under, own, under)


WHOLE = {
    "thanks": "Thanks",
    "thanks after a line": "Yes, please.\n\nThanks,\nMartha",
    "list": "Pido:\n\n- una camisa\n- un gorro\n\nGracias,\nMarta",
    "complaint": "El 3 de febrero de 2026 a las 10:00, Ana García escribió:\n«Mañana llega».\nY nada.",
    "complaint en": "Hi,\n\nOn Feb 3, 2026 at 10:00 AM, your Ms García wrote:\nIt comes tomorrow.\n\nIt did not.",
    "complaint de": "Hallo,\n\nAm 03.02.2026 um 10:00 schrieb Ihr Herr Maier:\nWir liefern morgen.\n\nNichts kam.",
    "parcel": "Quiero mandar esto:\n\nDe: Madrid\nPara: Sevilla\nFecha: 3 de mayo\n\n¿Cuánto cuesta?",
    "parcel sent": "Falta un paquete:\n\nDe: Madrid\nEnviado: el lunes\nPara: Sevilla\n\n¿Dónde está?",
    "parcel it": "Vorrei spedire:\n\nDa: Roma\nA: Milano\nData: 3 maggio\n\nQuanto costa?",
    "divided": "El primero llegó roto.\n--\nEl segundo no llegó. ¿Qué hago?",
    "divided, two orders": "pedido 1: roto\n--\npedido 2: perdido",
    "greater than": "Pagué\n> 100 euros\npor esto, y no funciona.",
    "table": "Mis pedidos:\n\n| pedido | estado |\n| 4711 | roto |",
    "footer's words": "No va la app.\n\nEnviado desde mi iPhone no llega nada",
    "footer's words en": "The form is broken.\n\nSent from my iPhone it says error 7",
    "line above": "No sé qué poner por encima de esta línea.\n\nAyúdenme, por favor.",
    "confidential": "Este mensaje es confidencial: quiero denunciar a un empleado que revela datos de clientes. Espero "
    "su respuesta cuanto antes, y que nadie de la tienda de Sevilla se entere de quién lo ha escrito.",
    "regards first": "Kind regards to your technician, who was great!\nBut the line is down again.",
    "on Monday": "On Monday I wrote:\nmy order is late. It still is.",
    "dashes": "Hola - dos cosas:\n-la talla es M\n-el color, azul",
    "subject": "Asunto: mi pedido\n\nNo ha llegado. Gracias.",
}


def mails() -> list[Mail]:
    """Return all of them: of each language each program's, and what only looks like a quotation."""
    built = [mail for language, said in SPOKEN.items() for mail in _of(language, said)]
    return built + [Mail(name, text, text) for name, text in WHOLE.items()]
