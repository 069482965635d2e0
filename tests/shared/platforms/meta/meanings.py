"""What each sample means, as `cases.told` tells it."""

MEANINGS: dict[str, list[str]] = {
    "batch": [
        'message | messenger | messenger:page:ana | #m_40 | 0s | "Uno"',
        'message | messenger | messenger:page:luis | #m_41 | 1s | "Dos"',
        'message | messenger | messenger:page2:ana | #m_42 | 2s | "Tres"',
        "message | facebook_comment | facebook:page2:ana | #5_6 | 3s | thread:page2_5 | visibility:public | "
        '->page2_5 | ^https://www.facebook.com/5_6 | "Cuatro" | by Ana Torres -',
    ],
    "changed_fields": [
        "ignored 0s: only a field's name: the subscription does not include values",
        "ignored 0s: only a field's name: the subscription does not include values",
        "ignored 0s: only a field's name: the subscription does not include values",
        "ignored 0s: only a field's name: the subscription does not include values",
    ],
    "complaint": [
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A2 | 0s | "
        '"Buenos días, me han cobrado dos veces la factura de octubre y quiero que me devuelvan el importe." | '
        "by Ana Torres - +ana-phone",
    ],
    "echo": [
        'message> | messenger | messenger:page:ana | #m_20 | 60s | "Sí, queda una en rojo."',
    ],
    "echo_unswapped": [
        'message> | messenger | messenger:page:ana | #m_22 | 61s | "Hasta las ocho."',
    ],
    "empty_batch": [],
    "facebook_comment": [
        "message | facebook_comment | facebook:page:ana | #500_600 | 0s | thread:page_500 | "
        "visibility:public | ->page_500 | ^https://www.facebook.com/500_600 | "
        '"Llevo una semana esperando el pedido." | by Ana Torres -',
    ],
    "facebook_comment_later": [
        "edit | facebook_comment | facebook:page:ana | #500_600:edit:* | ~600s | thread:page_500 | =500_600 | "
        '"Llevo diez días esperando el pedido." | by Ana Torres -',
        "edit | facebook_comment | facebook:page:ana | #500_600:edit:* | ~600s | thread:page_500 | =500_600 | "
        '"Llevo once días esperando el pedido." | +type=photo url=https://cdn.example/pedido.jpg | '
        "by Ana Torres -",
        "deletion> | facebook_comment | facebook:page:ana | #500_600:hidden:* | ~600s | thread:page_500 | "
        "=500_600 | by Ana Torres -",
        "edit | facebook_comment | facebook:page:ana | #500_600:shown:* | ~600s | thread:page_500 | =500_600 | "
        '"Llevo once días esperando el pedido." | by Ana Torres -',
        "ignored 600s: visible again, without saying what it says",
        "deletion | facebook_comment | facebook:page:ana | #500_600:removed | ~600s | thread:page_500 | "
        "=500_600 | by Ana Torres -",
    ],
    "facebook_comment_old": [
        "message | facebook_comment | facebook:page:ana | #500_602 | 0s | thread:page_500 | "
        'visibility:public | ->500_600 | ^https://www.facebook.com/500_602 | "¿Y bien?" | '
        "+type=photo url=https://cdn.example/caja.jpg | by Ana Torres -",
    ],
    "facebook_comment_ours": [
        "message> | facebook_comment | facebook:page:page | #500_601 | 60s | thread:page_500 | "
        "visibility:public | ->500_600 | ^https://www.facebook.com/500_601 | "
        '"Lo sentimos, Ana: lo miramos ahora."',
    ],
    "facebook_mentions": [
        "message | facebook_comment | facebook:page:author-of-901_902 | #901_902 | 0s | thread:900_901 | "
        'visibility:public | ^https://www.facebook.com/901_902 | "Que responda @La Tienda"',
        "message | facebook_comment | facebook:page:7300 | #7300_44 | ~5s | thread:7300_44 | "
        "visibility:public | ^https://www.facebook.com/7300_44 | by Luis Vega -",
    ],
    "facebook_posts": [
        "message | facebook_comment | facebook:page:ana | #page_501 | ~5s | thread:page_501 | "
        'visibility:public | ^https://www.facebook.com/page_501 | "¡Gran servicio!" | by Ana Torres -',
        "message> | facebook_comment | facebook:page:page | #page_502 | 1s | thread:page_502 | "
        'visibility:public | ^https://www.facebook.com/page_502 | "Rebajas" | '
        "+type=photo url=https://cdn.example/a.jpg | +type=photo url=https://cdn.example/b.jpg",
        "message | facebook_comment | facebook:page:author-of-page_503 | #page_503 | 2s | thread:page_503 | "
        "visibility:public | ^https://www.facebook.com/page_503 | "
        "+type=video id=903 url=https://cdn.example/v.mp4",
        "message | facebook_comment | facebook:page:ana | #page_504 | 3s | thread:page_504 | "
        'visibility:public | ^https://www.facebook.com/page_504 | "Mirad" | '
        "+type=share id=904 url=https://tienda.example/ | by Ana Torres -",
    ],
    "facebook_reactions": [
        "reaction | facebook_comment | facebook:page:ana | #page_500:reaction:ana:angry | 0s | "
        "thread:page_500 | emoji:angry | =page_500 | by Ana Torres -",
        "reaction | facebook_comment | facebook:page:ana | #page_500:reaction:ana:love | 0s | "
        "thread:page_500 | emoji:love | =page_500 | by Ana Torres -",
        "reaction | facebook_comment | facebook:page:ana | #page_500:reaction:ana:love:removed | 0s | "
        "thread:page_500 | emoji:love | removed:True | =page_500 | by Ana Torres -",
        "reaction | facebook_comment | facebook:page:ana | #500_600:reaction:ana:like | 1s | thread:500_600 | "
        "emoji:like | =500_600 | by Ana Torres -",
        "profile_change | facebook_comment | facebook:page:ana | #feed.like.add:* | ~5s | field:follow | current:like",
        "profile_change | facebook_comment | facebook:page:ana | #feed.like.remove:* | ~5s | field:follow | "
        "previous:like",
        "ignored 5s: a reaction of somebody whom Facebook does not name",
    ],
    "facebook_review": [
        "message | facebook_review | facebook:page:ana | #800000000000001 | 0s | thread:800000000000001 | "
        'visibility:public | "Nadie contesta al teléfono." | +type=rating text=negative | by Ana Torres -',
    ],
    "facebook_review_later": [
        "message | facebook_review | facebook:page:ana | #800000000000002 | ~700s | thread:800000000000002 | "
        "visibility:public | +type=rating text=4 | by Ana Torres -",
        "edit | facebook_review | facebook:page:ana | #800000000000001:edit:* | ~700s | "
        'thread:800000000000001 | =800000000000001 | "Ya han contestado." | +type=rating text=positive | '
        "by Ana Torres -",
        "message> | facebook_review | facebook:page:page | #800000000000001_1 | 9s | thread:800000000000001 | "
        'visibility:public | ->800000000000001 | "Gracias, Ana."',
        "reaction | facebook_review | facebook:page:7300 | #800000000000001:reaction:7300:haha | 10s | "
        "thread:800000000000001 | emoji:haha | =800000000000001 | by Luis Vega -",
        "reaction | facebook_review | facebook:page:7300 | #800000000000001:reaction:7300:like:removed | 11s | "
        "thread:800000000000001 | emoji:like | removed:True | =800000000000001 | by Luis Vega -",
        "deletion | facebook_review | facebook:page:ana | #800000000000001:removed | ~700s | "
        "thread:800000000000001 | =800000000000001",
    ],
    "facebook_set_aside": [
        "ignored 0s: an album or event that the Page itself announces",
        "ignored 0s: an album or event that the Page itself announces",
        "ignored 0s: Facebook's copyright check of the Page's own video",
        "ignored 0s: a lead form was filled in: its answers have to be fetched, nobody wrote to the Page",
        "ignored 0s: unknown kind: feed",
        "ignored 0s: unknown kind: feed.post.levitate",
    ],
    "instagram_comment": [
        "message | instagram_comment | instagram:gallery:ana | #17900000000000010 | ~5s | "
        'thread:18000000000000001 | visibility:public | "¡Qué bonita! ¿Precio?" | by - anatorres anatorres',
    ],
    "instagram_comments": [
        "message | instagram_comment | instagram:gallery:ana | #17900000000000011 | ~5s | "
        'thread:18000000000000001 | visibility:public | ->17900000000000010 | "¿Y en azul?" | '
        "by - anatorres anatorres",
        "message> | instagram_comment | instagram:gallery:gallery | #17900000000000012 | ~5s | "
        'thread:18000000000000001 | visibility:public | ->17900000000000010 | "Te escribimos por privado."',
        "message> | instagram_comment | instagram:gallery:gallery | #17900000000000015 | ~5s | "
        'thread:18000000000000001 | visibility:public | "¡Gracias!"',
        "message | instagram_comment | instagram:gallery:author-of-17900000000000013 | #17900000000000013 | "
        '~5s | thread:17900000000000013 | visibility:public | "Sin remitente"',
        "message | instagram_comment | instagram:gallery:ana | #17900000000000014 | ~5s | "
        'thread:18000000000000002 | visibility:public | "¡Hola!" | by - anatorres anatorres',
    ],
    "instagram_dashboard_test": [
        'message | instagram_dm | instagram:0:12334 | #test_mid | -266240176s | "test_text"',
    ],
    "instagram_dm": [
        'message | instagram_dm | instagram:gallery:ana | #aWdf_1 | 0s | "¿Hacéis envíos a Córdoba?"',
    ],
    "instagram_echo": [
        'message> | instagram_dm | instagram:gallery:ana | #aWdf_9 | 5s | "Sí, a toda la península."',
    ],
    "instagram_edit_without_text": [
        "ignored 0s: an edit without its text, as Instagram sends to apps in development",
    ],
    "instagram_later": [
        'edit | instagram_dm | instagram:gallery:ana | #aWdf_1:edit:1 | 10s | =aWdf_1 | "¿Hacéis envíos a Cádiz?"',
        "reaction | instagram_dm | instagram:gallery:ana | #aWdf_9:reaction:them:❤️ | 20s | emoji:❤️ | =aWdf_9",
        "deletion | instagram_dm | instagram:gallery:ana | #aWdf_1:deleted | 30s | =aWdf_1",
    ],
    "instagram_mentions": [
        "message | instagram_comment | instagram:gallery:author-of-17900000000000020 | #17900000000000020 | "
        "~5s | thread:18000000000000009 | visibility:public | +type=mention id=17900000000000020",
        "message | instagram_comment | instagram:gallery:author-of-18000000000000010 | #18000000000000010 | "
        "~5s | thread:18000000000000010 | visibility:public | +type=mention id=18000000000000010",
    ],
    "instagram_seen": [
        "receipt | instagram_dm | instagram:gallery:ana | #aWdf_9:read | 0s | status:read | =aWdf_9",
    ],
    "instagram_story": [
        'message | instagram_dm | instagram:gallery:ana | #aWdf_2 | 0s | "¿Sigue disponible?" | '
        "+type=story id=17900000000000001 url=https://cdn.example/story.jpg",
        "message | instagram_dm | instagram:gallery:ana | #aWdf_3 | 1s | "
        "+type=story_mention url=https://cdn.example/mention.jpg",
        "message | instagram_dm | instagram:gallery:ana | #aWdf_4 | 2s | "
        "+type=ig_post id=18000000000000001 url=https://cdn.example/post.jpg text=Cafetera roja",
    ],
    "instagram_story_insights": [
        "ignored 5s: figures about a story that has expired",
    ],
    "messenger_attachments": [
        "message | messenger | messenger:page:ana | #m_3 | 0s | +type=image url=https://cdn.example/rota.jpg",
        "message | messenger | messenger:page:ana | #m_4 | 1s | +type=location url=geo:40.4168,-3.7038",
        'message | messenger | messenger:page:ana | #m_5 | 2s | "Mira esto" | '
        "+type=fallback url=https://tienda.example/cafetera text=Cafetera",
        "message | messenger | messenger:page:ana | #m_6 | 3s | +type=template text=Cafetera roja",
        "message | messenger | messenger:page:ana | #m_7 | 4s | +type=hologram id=77",
    ],
    "messenger_changes": [
        "profile_change | messenger | messenger:page:ana | #referral:* | 0s | field:referral | current:escaparate",
        "profile_change | messenger | messenger:page:ana | #optin:* | 1s | field:opt_in | current:STOP_NOTIFICATIONS",
        "profile_change | messenger | messenger:page:ana | #account_linking:* | 2s | field:account_link | "
        "current:linked",
    ],
    "messenger_edited": [
        'edit | messenger | messenger:page:ana | #m_1:edit:1 | 30s | =m_1 | "¿Tenéis la cafetera en azul?"',
    ],
    "messenger_feedback": [
        'message | messenger | messenger:page:ana | #messaging_feedback:* | 0s | "Tardaron una semana" | '
        "+type=csat text=2",
    ],
    "messenger_from_ad": [
        'message | messenger | messenger:page:ana | #m_10 | 0s | "Hola" | +type=referral id=2380000000001 text=Rebajas',
    ],
    "messenger_guest": [
        "profile_change | messenger | messenger:page:user_ref-guest-1 | #optin:* | 0s | field:opt_in | current:cesta",
        'message | messenger | messenger:page:user_ref-guest-1 | #postback:* | 1s | "Hola" | +type=postback id=HI',
    ],
    "messenger_postback": [
        'message | messenger | messenger:page:ana | #m_11 | 0s | "Empezar" | +type=postback id=GET_STARTED | '
        "+type=referral id=escaparate text=SHORTLINK",
        'message | messenger | messenger:page:ana | #postback:* | 1s | "Hablar con alguien" | +type=postback id=HUMAN',
    ],
    "messenger_quick_reply": [
        'message | messenger | messenger:page:ana | #m_8 | 0s | "Rojo" | +type=quick_reply id=COLOUR_RED',
    ],
    "messenger_reactions": [
        "reaction | messenger | messenger:page:ana | #m_20:reaction:them:❤️ | 0s | emoji:❤️ | =m_20",
        "reaction | messenger | messenger:page:ana | #m_20:reaction:them::removed | 1s | removed:True | =m_20",
        "reaction> | messenger | messenger:page:ana | #m_1:reaction:us:like | 2s | emoji:like | =m_1",
    ],
    "messenger_receipts": [
        "receipt | messenger | messenger:page:ana | #m_20:delivered | 0s | status:delivered | =m_20",
        "receipt | messenger | messenger:page:ana | #m_21:delivered | 0s | status:delivered | =m_21",
        "receipt | messenger | messenger:page:ana | #delivered:2026-11-03T09:59:59.600000+00:00 | -0.4s | "
        "status:delivered",
        "receipt | messenger | messenger:page:ana | #read:2026-11-03T09:59:59.700000+00:00 | -0.3s | status:read",
    ],
    "messenger_reply": [
        'message | messenger | messenger:page:ana | #m_2 | 0s | ->m_1 | "Esa misma"',
    ],
    "messenger_set_aside": [
        "ignored 0s: which app holds the thread",
        "ignored 1s: which app holds the thread",
        "ignored 2s: which app holds the thread",
        "ignored 3s: which app holds the thread",
        "ignored 4s: Facebook restricts the Page, or no longer does: the Page's support inbox tells why",
        "ignored 5s: Facebook restricts the Page, or no longer does: the Page's support inbox tells why",
        "ignored 6s: part of a purchase inside Messenger",
        "ignored 7s: part of a purchase inside Messenger",
        "ignored 8s: part of a purchase inside Messenger",
    ],
    "messenger_text": [
        'message | messenger | messenger:page:ana | #m_1 | 0s | "¿Tenéis la cafetera en rojo?"',
    ],
    "messenger_unsent": [
        "deletion | messenger | messenger:page:ana | #m_1:deleted | 40s | =m_1",
    ],
    "messenger_unsupported": [
        "message | messenger | messenger:page:ana | #m_9 | 0s | +type=unsupported",
    ],
    "messenger_without_time": [
        'message | messenger | messenger:page:ana | #m_60 | ~0.9s | "Antiguo"',
        "profile_change | messenger | messenger:page:ana | #account_linking:* | ~0.9s | field:account_link | "
        "current:unlinked",
        "receipt | messenger | messenger:page:ana | #m_20:delivered | -0.6s | status:delivered | =m_20",
    ],
    "non_ascii": [
        "message | messenger | messenger:page:ana | #m_non_ascii | 0s | "
        '"Mañana paso con el niño a recoger la piñata 🎉👩\u200d👧"',
    ],
    "permissions": [
        "ignored 0s: what a Facebook user allows an app",
    ],
    "standby": [
        'message | messenger | messenger:page:ana | #m_30 | 0s | "¿Hay alguien?"',
        'message> | messenger | messenger:page:ana | #m_31 | 1s | "Un momento"',
        'message | messenger | messenger:page:ana | #m_32 | 2s | "Hablar con alguien"',
    ],
    "text": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A1 | 0s | "Hola, ¿a qué hora abren hoy?" | '
        "by Ana Torres - +ana-phone",
    ],
    "unknown_kind": [
        "ignored 0s: unknown kind: telepathy",
    ],
    "user": [
        "ignored 0s: the profile of a Facebook user who installed an app, not a customer of a Page",
        "ignored 0s: the profile of a Facebook user who installed an app, not a customer of a Page",
    ],
    "whatsapp_account": [
        "ignored 0s: the standing of the company's own WhatsApp account",
    ],
    "whatsapp_bsuid_as_number": [
        'message | whatsapp | whatsapp:number:ana-user | #wamid.A5 | 0s | "Hola" | by Ana Torres - ana-user',
    ],
    "whatsapp_call_statuses": [
        "call> | whatsapp | whatsapp:number:ana-parent | #wacid.6:ringing | 0s | status:ringing | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call> | whatsapp | whatsapp:number:ana-parent | #wacid.6:answered | 1s | status:answered | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call> | whatsapp | whatsapp:number:ana-parent | #wacid.6:rejected | 2s | status:rejected | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_calls": [
        "call | whatsapp | whatsapp:number:ana-parent | #wacid.1:connect | 0s | status:ringing | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call | whatsapp | whatsapp:number:ana-parent | #wacid.1:terminate | 9s | status:completed | "
        "duration:7 | by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call | whatsapp | whatsapp:number:ana-parent | #wacid.2:terminate | 20s | status:missed | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call> | whatsapp | whatsapp:number:ana-parent | #wacid.3:terminate | 30s | status:failed | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "call> | whatsapp | whatsapp:number:ana-parent | #wacid.4:connect | 40s | status:ringing | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "ignored 0s: a call over SIP was attempted: what becomes of it has its own events",
        "ignored 0s: a recording or transcript can be fetched: the call itself has its own events",
        "ignored 0s: a recording or transcript can be fetched: the call itself has its own events",
    ],
    "whatsapp_choices": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A21 | 0s | ->wamid.B2 | "Sí, por favor" | '
        "+type=button_reply id=yes | by Ana Torres - +ana-phone",
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A22 | 1s | "Rojo" | '
        "+type=list_reply id=red text=Cafetera roja | by Ana Torres - +ana-phone",
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A23 | 2s | "pedido: 123\nmotivos: ["rota"]" | '
        "+type=nfm_reply name=flow | by Ana Torres - +ana-phone",
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A24 | 3s | "no es json" | '
        "+type=nfm_reply name=flow | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A25 | 4s | +type=hologram_reply | "
        "by Ana Torres - +ana-phone",
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A26 | 5s | field:call_permission | "
        "current:accept | by Ana Torres - +ana-phone",
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A27 | 6s | "No" | +type=button id=NO | '
        "by Ana Torres - +ana-phone",
    ],
    "whatsapp_contact_request": [
        "message | whatsapp | whatsapp:number:ana-user | #wamid.A19 | 0s | "
        "+type=contact text=+34 600 000 001 | by Ana Torres anatorres anatorres ana-user +ana-phone",
        "message | whatsapp | whatsapp:number:ana-user | #wamid.A20 | 1s | "
        "+type=contact text=+34 600 000 002 | by Ana Torres anatorres anatorres ana-user",
    ],
    "whatsapp_echo": [
        'message> | whatsapp | whatsapp:number:ana-parent | #wamid.C1 | 0s | "Ya sale su pedido." | '
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "edit> | whatsapp | whatsapp:number:ana-parent | #wamid.C1:edit:wamid.C2 | 1s | =wamid.C1 | "
        '"Ya salió su pedido." | by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent',
        "deletion> | whatsapp | whatsapp:number:ana-parent | #wamid.C1:deleted | 2s | =wamid.C1 | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_edit": [
        "edit | whatsapp | whatsapp:number:ana-parent | #wamid.A10:edit:wamid.A36 | 0s | =wamid.A10 | "
        '"Así llegó, rota" | +type=image id=911 mime_type=image/jpeg | '
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_from_ad": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A35 | 0s | ->wamid.B3 | "¿Queda?" | '
        "+type=referral id=2380000000001 url=https://fb.me/x text=Rebajas | +type=product id=CAF-1 | "
        "by Ana Torres - +ana-phone",
    ],
    "whatsapp_group": [
        'message | whatsapp | whatsapp:number:ana-parent | #wamid.A38 | 0s | thread:GROUP-1 | "Hola a todos" | '
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "receipt | whatsapp | whatsapp:number:ana-parent | #wamid.B4:read | 1s | thread:GROUP-1 | "
        "status:read | =wamid.B4 | by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "receipt | whatsapp | whatsapp:number:ES.3000000003 | #wamid.B4:delivered | 2s | thread:GROUP-1 | "
        "status:delivered | =wamid.B4 | by - - ES.3000000003",
        "receipt | whatsapp | whatsapp:number:GROUP-1 | #wamid.B5:failed | 3s | thread:GROUP-1 | "
        "status:failed | error:131049 Not delivered | =wamid.B5",
    ],
    "whatsapp_history": [
        "ignored 0s: the past of a number that has just joined: told once, and nothing in it is new",
        "ignored 0s: the address book of the WhatsApp Business app: the company's words, not the customers'",
    ],
    "whatsapp_media": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A10 | 0s | "Así llegó" | '
        "+type=image id=901 url=https://lookaside.example/901 mime_type=image/jpeg | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A11 | 1s | "
        "+type=audio id=902 mime_type=audio/ogg; codecs=opus | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A12 | 2s | "
        "+type=voice id=903 mime_type=audio/ogg | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A13 | 3s | "
        "+type=video id=904 mime_type=video/mp4 | by Ana Torres - +ana-phone",
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A14 | 4s | "La factura" | '
        "+type=document id=905 mime_type=application/pdf name=factura.pdf | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A15 | 5s | "
        "+type=sticker id=906 mime_type=image/webp | by Ana Torres - +ana-phone",
    ],
    "whatsapp_new_number": [
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A41 | 0s | field:identity | "
        "previous:ana-phone | current:ES.1000000009 | by - - +34600000009 ES.1000000009",
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A41:phone | 0s | field:phone | "
        "previous:+ana-phone | current:+34600000009 | by - - +ana-phone +34600000009",
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A42 | 1s | field:identity | "
        "previous:ana-phone | current:34600000009 | by - - +34600000009",
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A42:phone | 1s | field:phone | "
        "previous:+ana-phone | current:+34600000009 | by - - +ana-phone +34600000009",
    ],
    "whatsapp_new_user_id": [
        "profile_change | whatsapp | whatsapp:number:ana-user | #wamid.A43 | 0s | field:identity | "
        "previous:ana-user | current:ES.1000000009 | by - - ana-user ES.1000000009",
        "profile_change | whatsapp | whatsapp:number:ES.1000000009 | #wamid.A44 | 1s | field:identity | "
        "current:ES.1000000009 | by - - ES.1000000009",
    ],
    "whatsapp_no_phone": [
        'message | whatsapp | whatsapp:number:ana-user | #wamid.A4 | 0s | "Hola, soy Ana" | '
        "by Ana Torres anatorres anatorres ana-user",
    ],
    "whatsapp_nothing": [],
    "whatsapp_notices": [
        "profile_change | whatsapp | whatsapp:number:ana-phone | #wamid.A45 | 0s | field:security_code | "
        "by Ana Torres - +ana-phone",
        "ignored 1s: a notice of WhatsApp's own in the chat",
    ],
    "whatsapp_order": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A28 | 0s | "Con lazo" | '
        "+type=order id=700 text=2 x CAF-1 39.9 EUR\n1 x TAZ-2 | by Ana Torres - +ana-phone",
    ],
    "whatsapp_places_and_cards": [
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A16 | 0s | "
        "+type=location url=geo:40.4168,-3.7038 text=Puerta del Sol, Madrid | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A17 | 1s | "
        "+type=location url=https://maps.example/1 | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A18 | 2s | "
        "+type=contact text=Luis Vega, +34 600 000 002 | by Ana Torres - +ana-phone",
    ],
    "whatsapp_preferences": [
        "profile_change | whatsapp | whatsapp:number:ana-parent | #user_preferences:* | 0s | field:opt_in | "
        "current:stop | by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_reactions": [
        "reaction | whatsapp | whatsapp:number:ana-phone | #wamid.A29 | 0s | emoji:👍 | =wamid.B1 | "
        "by Ana Torres - +ana-phone",
        "reaction | whatsapp | whatsapp:number:ana-phone | #wamid.A30 | 1s | removed:True | =wamid.B1 | "
        "by Ana Torres - +ana-phone",
        "reaction | whatsapp | whatsapp:number:ana-phone | #wamid.A31 | 2s | removed:True | =wamid.B1 | "
        "by Ana Torres - +ana-phone",
    ],
    "whatsapp_revoke": [
        "deletion | whatsapp | whatsapp:number:ana-parent | #wamid.A10:deleted | 0s | =wamid.A10 | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_standby": [
        'message | whatsapp | whatsapp:number:ana-phone | #wamid.A40 | 0s | "¿Sigue ahí?" | by Ana Torres - +ana-phone',
        'message> | whatsapp | whatsapp:number:ana-phone | #wamid.C4 | 1s | "Sí, dígame." | by Ana Torres - +ana-phone',
        "message> | whatsapp | whatsapp:number:ana-phone | #wamid.C5 | 2s | +type=template name=encuesta | "
        "by Ana Torres - +ana-phone",
        'message> | whatsapp | whatsapp:number:ana-phone | #wamid.C6 | 3s | "¿Algo más?" | +type=button | '
        "by Ana Torres - +ana-phone",
        "receipt | whatsapp | whatsapp:number:ana-phone | #wamid.C4:delivered | 4s | status:delivered | "
        "=wamid.C4 | by Ana Torres - +ana-phone",
    ],
    "whatsapp_status": [
        "receipt | whatsapp | whatsapp:number:ana-parent | #wamid.B1:sent | 0s | status:sent | =wamid.B1 | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "receipt | whatsapp | whatsapp:number:ana-parent | #wamid.B1:delivered | 1s | status:delivered | "
        "=wamid.B1 | by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "receipt | whatsapp | whatsapp:number:ana-parent | #wamid.B1:read | 2s | status:read | =wamid.B1 | "
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        "receipt | whatsapp | whatsapp:number:ES.ENT.9 | #wamid.B6:played | 3s | status:played | =wamid.B6 | "
        "by - - +luis-phone ES.ENT.9",
        "receipt | whatsapp | whatsapp:number:luis-phone | #wamid.B7:failed | 4s | status:failed | "
        "error:131026 Message undeliverable | =wamid.B7 | by - - +luis-phone",
        "ignored 5s: unknown kind: statuses.evaporated",
    ],
    "whatsapp_text": [
        'message | whatsapp | whatsapp:number:ana-parent | #wamid.A3 | 0s | ->wamid.B1 | "Sí, esa" | '
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
    ],
    "whatsapp_two_people": [
        'message | whatsapp | whatsapp:number:luis-phone | #wamid.A6 | 0s | "Soy Luis" | by Luis Vega - +luis-phone',
        'message | whatsapp | whatsapp:number:ana-parent | #wamid.A7 | 1s | "Soy Ana" | '
        "by Ana Torres anatorres +ana-phone anatorres ana-user ana-parent",
        'message | whatsapp | whatsapp:number:34600000003 | #wamid.A8 | 2s | "Soy otra" | by - - +34600000003',
    ],
    "whatsapp_unsupported": [
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A32 | 0s | "
        "+type=unsupported name=poll_update | by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A33 | 1s | +type=unsupported | "
        "by Ana Torres - +ana-phone",
        "message | whatsapp | whatsapp:number:ana-phone | #wamid.A34 | 2s | +type=unsupported | "
        "by Ana Torres - +ana-phone",
        "ignored 3600s: WhatsApp reports a fault of the account or the app, and no message",
    ],
    "whatsapp_user_id_update": [
        "profile_change | whatsapp | whatsapp:number:ana-user | #user_id_update:* | 0s | field:identity | "
        "previous:ana-user | current:ES.1000000009 | by Ana Torres - +34600000009 ES.1000000009 "
        "ana-user",
        "profile_change | whatsapp | whatsapp:number:ana-parent | #user_id_update:* | 1s | field:identity | "
        "previous:ana-parent | current:ES.ENT.2000000009 | "
        "by - - ana-parent ana-user ES.1000000009 ES.ENT.2000000009",
    ],
    "whatsapp_welcome": [
        "ignored 0s: the chat was opened for the first time, and nothing written",
    ],
}
