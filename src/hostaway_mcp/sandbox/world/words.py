"""What guests and hosts write, in the six languages of the guests."""

# ruff: noqa: E501 - tables read better wide
# fmt: off
QUESTIONS: dict[str, dict[str, str]] = {
    "en": {
        "wifi": "Hi, the Wi-Fi does not work since this morning. Could you have a look?",
        "access": "We are at the door and the code does not open it. Can you help?",
        "parking": "Is there parking close by, and what does it cost?",
        "early": "Our flight lands early. Could we check in around noon?",
        "late": "Would a late check-out at 1 pm be possible?",
        "refund": "We have to shorten our trip by a night. Would you refund it?",
        "complaint": "The bathroom was not clean when we arrived and the heating is off.",
        "extension": "We love it here! Can we stay two more nights?",
        "other": "Is there a hair dryer and an iron in the flat?",
    },
    "de": {
        "wifi": "Hallo, das WLAN geht seit heute früh nicht. Können Sie nachsehen?",
        "access": "Wir stehen vor der Tür und der Code funktioniert nicht. Können Sie helfen?",
        "parking": "Gibt es in der Nähe einen Parkplatz, und was kostet er?",
        "early": "Unser Flug landet früh. Können wir schon gegen Mittag einchecken?",
        "late": "Wäre ein später Check-out um 13 Uhr möglich?",
        "refund": "Wir müssen die Reise um eine Nacht verkürzen. Erstatten Sie das?",
        "complaint": "Das Bad war bei der Ankunft nicht sauber und die Heizung ist kalt.",
        "extension": "Uns gefällt es sehr! Können wir zwei Nächte länger bleiben?",
        "other": "Gibt es einen Föhn und ein Bügeleisen in der Wohnung?",
    },
    "es": {
        "wifi": "Hola, el wifi no funciona desde esta mañana. ¿Pueden mirarlo?",
        "access": "Estamos en la puerta y el código no abre. ¿Nos ayudan?",
        "parking": "¿Hay aparcamiento cerca y cuánto cuesta?",
        "early": "Nuestro vuelo llega temprano. ¿Podemos entrar hacia el mediodía?",
        "late": "¿Sería posible salir a las 13 h?",
        "refund": "Tenemos que acortar el viaje una noche. ¿Nos la devuelven?",
        "complaint": "El baño no estaba limpio al llegar y no hay calefacción.",
        "extension": "¡Nos encanta! ¿Podemos quedarnos dos noches más?",
        "other": "¿Hay secador y plancha en el piso?",
    },
    "fr": {
        "wifi": "Bonjour, le wifi ne marche plus depuis ce matin. Pouvez-vous vérifier ?",
        "access": "Nous sommes devant la porte et le code ne marche pas. Pouvez-vous nous aider ?",
        "parking": "Y a-t-il un parking à proximité, et à quel prix ?",
        "early": "Notre vol arrive tôt. Pouvons-nous arriver vers midi ?",
        "late": "Un départ tardif à 13 h serait-il possible ?",
        "refund": "Nous devons raccourcir le séjour d'une nuit. Pouvez-vous la rembourser ?",
        "complaint": "La salle de bain n'était pas propre à l'arrivée et le chauffage est éteint.",
        "extension": "On adore ! Pouvons-nous rester deux nuits de plus ?",
        "other": "Y a-t-il un sèche-cheveux et un fer à repasser ?",
    },
    "it": {
        "wifi": "Buongiorno, il Wi-Fi non funziona da stamattina. Potete controllare?",
        "access": "Siamo davanti alla porta e il codice non apre. Potete aiutarci?",
        "parking": "C'è un parcheggio vicino, e quanto costa?",
        "early": "Il nostro volo arriva presto. Possiamo entrare verso mezzogiorno?",
        "late": "Sarebbe possibile uscire alle 13?",
        "refund": "Dobbiamo accorciare il viaggio di una notte. Ci rimborsate?",
        "complaint": "Il bagno non era pulito all'arrivo e il riscaldamento è spento.",
        "extension": "Ci piace molto! Possiamo restare altre due notti?",
        "other": "Ci sono asciugacapelli e ferro da stiro?",
    },
    "pt": {
        "wifi": "Olá, o Wi-Fi não funciona desde manhã. Podem verificar?",
        "access": "Estamos à porta e o código não abre. Podem ajudar?",
        "parking": "Há estacionamento perto, e quanto custa?",
        "early": "O nosso voo chega cedo. Podemos entrar por volta do meio-dia?",
        "late": "Seria possível sair às 13 h?",
        "refund": "Temos de encurtar a viagem uma noite. Fazem o reembolso?",
        "complaint": "A casa de banho não estava limpa à chegada e não há aquecimento.",
        "extension": "Adoramos! Podemos ficar mais duas noites?",
        "other": "Há secador e ferro de engomar no apartamento?",
    },
}

ANSWERS: dict[str, str] = {
    "en": "Thanks for your message, {first}. We are on it and will be back to you within the hour.",
    "de": "Danke für Ihre Nachricht, {first}. Wir kümmern uns darum und melden uns gleich.",
    "es": "Gracias por tu mensaje, {first}. Nos ocupamos y te escribimos enseguida.",
    "fr": "Merci pour votre message, {first}. On s'en occupe et on revient vers vous rapidement.",
    "it": "Grazie per il messaggio, {first}. Ce ne occupiamo e ti scriviamo subito.",
    "pt": "Obrigado pela mensagem, {first}. Vamos tratar disso e já dizemos algo.",
}

CLOSINGS: dict[str, tuple[str, ...]] = {
    "en": ("Thanks!", "Perfect, thank you", "Great, see you soon"),
    "de": ("Danke!", "Super, vielen Dank", "Alles klar, bis bald"),
    "es": ("¡Gracias!", "Perfecto, gracias", "Genial, hasta pronto"),
    "fr": ("Merci !", "Parfait, merci", "Super, à bientôt"),
    "it": ("Grazie!", "Perfetto, grazie", "Ottimo, a presto"),
    "pt": ("Obrigado!", "Perfeito, obrigado", "Ótimo, até breve"),
}

INQUIRIES: dict[str, str] = {
    "en": "Hello, is {listing} free on these dates, and can you do a better price for {nights} nights?",
    "de": "Guten Tag, ist {listing} an diesen Tagen frei, und geht es für {nights} Nächte günstiger?",
    "es": "Hola, ¿está libre {listing} en estas fechas? ¿Hay descuento por {nights} noches?",
    "fr": "Bonjour, {listing} est-il libre à ces dates, et un meilleur prix pour {nights} nuits ?",
    "it": "Salve, {listing} è libero in queste date? C'è uno sconto per {nights} notti?",
    "pt": "Olá, {listing} está livre nestas datas? Há desconto para {nights} noites?",
}

CONFIRMATION = "Hello {first}, your booking at {listing} is confirmed. We look forward to hosting you!"
INSTRUCTIONS = (
    "<p>Dear {first},</p><p>your stay at <b>{listing}</b> is near. Check-in is from {check_in}:00.<br>"
    "Address: {address}</p><p>Your host</p>"
)

REVIEWS: dict[int, tuple[str, ...]] = {
    10: ("Wonderful place, we will be back.", "Spotless, and the host answers at once.", "Just perfect."),
    9: ("Lovely flat in a great spot.", "Everything as described, easy check-in."),
    8: ("Good stay, a little noisy at night.", "Nice place, the Wi-Fi was slow at times."),
    6: ("Fine, but the kitchen lacked basics.", "The stairs are steep and check-in took a while."),
    4: ("Not clean enough and the heating failed.", "The photos promise more than there is."),
}

NOTES = (None, None, None, "Arrives late by train", "Celebrates a birthday", "Needs a cot", "Allergic to feathers")
# fmt: on
