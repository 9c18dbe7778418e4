"""
What reviews are about: categories of the channels, and one table of phrases a language, as data.

Phrases are written as `models.names.plain` writes texts; one that ends in `*` is found at the beginning of a
word. A phrase says that something is mentioned, not whether it is praised.
"""

# ruff: noqa: E501 - tables read better wide
# fmt: off

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Theme(StrEnum):
    """What a review mentions."""

    CLEANLINESS = "cleanliness"
    NOISE = "noise"
    WIFI = "wifi"
    CHECK_IN = "check_in"
    LOCATION = "location"
    COMMUNICATION = "communication"
    VALUE = "value"
    ACCURACY = "accuracy"
    BEDS = "beds"
    KITCHEN = "kitchen"
    BATHROOM = "bathroom"
    TEMPERATURE = "temperature"
    PARKING = "parking"
    STAIRS = "stairs"


CATEGORIES: Mapping[str, Theme] = {
    "cleanliness": Theme.CLEANLINESS, "clean": Theme.CLEANLINESS,
    "communication": Theme.COMMUNICATION, "staff": Theme.COMMUNICATION, "hospitality": Theme.COMMUNICATION,
    "checkin": Theme.CHECK_IN, "check_in": Theme.CHECK_IN, "arrival": Theme.CHECK_IN,
    "accuracy": Theme.ACCURACY,
    "location": Theme.LOCATION,
    "value": Theme.VALUE,
    "comfort": Theme.BEDS,
}
"""Names of a review's own categories, small letters; others are shown as they are called."""

PHRASES: Mapping[str, Mapping[Theme, tuple[str, ...]]] = {
    "en": {
        Theme.CLEANLINESS: ("clean", "cleanliness", "spotless", "dirty", "dust*", "stain*", "filthy", "immaculate", "hygien*", "tidy", "hair in", "mold", "mould"),
        Theme.NOISE: ("noise", "noisy", "loud", "quiet", "peaceful", "street noise", "thin walls"),
        Theme.WIFI: ("wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "checkin", "key", "keys", "lockbox", "door code", "keypad", "self check"),
        Theme.LOCATION: ("location", "located", "spot", "neighbourhood", "neighborhood", "area", "close to", "walking distance", "central"),
        Theme.COMMUNICATION: ("host", "communication", "responsive", "answers", "answered", "reply", "replied", "helpful", "friendly"),
        Theme.VALUE: ("value", "price", "expensive", "overpriced", "worth", "cheap", "money"),
        Theme.ACCURACY: ("as described", "described", "photos", "pictures", "misleading", "promise*", "advertised"),
        Theme.BEDS: ("bed", "beds", "mattress*", "pillow*", "sofa bed", "sheets", "comfortable", "uncomfortable"),
        Theme.KITCHEN: ("kitchen", "oven", "fridge", "dishwasher", "cutlery", "pans", "coffee machine"),
        Theme.BATHROOM: ("bathroom", "shower", "toilet", "towel*", "drain*", "hot water"),
        Theme.TEMPERATURE: ("heating", "heater", "air conditioning", "aircon", "cold", "hot at night", "ac"),
        Theme.PARKING: ("parking", "park", "garage"),
        Theme.STAIRS: ("stairs", "elevator", "lift", "steep"),
    },
    "de": {
        Theme.CLEANLINESS: ("sauber*", "schmutz*", "dreckig", "unsauber", "staub*", "fleck*", "gepflegt", "hygien*", "schimmel", "haare"),
        Theme.NOISE: ("laut", "larm*", "ruhig*", "hellhorig", "gerausch*", "strassenlarm"),
        Theme.WIFI: ("wlan", "wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "einchecken", "schlussel*", "turcode", "schlusselubergabe", "ankunft"),
        Theme.LOCATION: ("lage", "gelegen", "nahe", "zentral", "zentrum", "umgebung", "fussweg", "laufweite"),
        Theme.COMMUNICATION: ("gastgeber*", "kommunikation", "antwort*", "hilfsbereit", "freundlich*", "erreichbar", "vermieter*"),
        Theme.VALUE: ("preis*", "teuer", "gunstig", "uberteuert", "geld", "preis leistung"),
        Theme.ACCURACY: ("wie beschrieben", "beschreibung", "fotos", "bilder", "beschrieben"),
        Theme.BEDS: ("bett", "betten", "matratze*", "kissen", "schlafsofa", "bettwasche", "bequem*", "gemutlich"),
        Theme.KITCHEN: ("kuche*", "herd", "backofen", "kuhlschrank", "spulmaschine", "geschirr", "kaffeemaschine"),
        Theme.BATHROOM: ("bad", "badezimmer", "dusche*", "toilette", "handtuch*", "abfluss", "warmwasser"),
        Theme.TEMPERATURE: ("heizung", "klimaanlage", "kalt", "heiss"),
        Theme.PARKING: ("park*", "stellplatz", "garage", "tiefgarage"),
        Theme.STAIRS: ("treppe*", "aufzug", "fahrstuhl", "steil"),
    },
    "es": {
        Theme.CLEANLINESS: ("limpi*", "sucio", "sucia", "suciedad", "polvo", "manchas", "higien*", "impecable", "moho"),
        Theme.NOISE: ("ruido*", "ruidoso", "silencios*", "tranquil*"),
        Theme.WIFI: ("wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "entrada facil", "llave*", "codigo", "llegada"),
        Theme.LOCATION: ("ubicacion", "ubicado", "situado", "zona", "cerca", "centrico", "barrio", "a pie"),
        Theme.COMMUNICATION: ("anfitrion*", "comunicacion", "respuesta*", "amable*", "atent*", "responde"),
        Theme.VALUE: ("precio", "caro", "barato", "calidad precio", "dinero"),
        Theme.ACCURACY: ("como se describe", "descripcion", "fotos", "descrito"),
        Theme.BEDS: ("cama*", "colchon*", "almohada*", "sofa cama", "sabanas", "comod*", "incomod*"),
        Theme.KITCHEN: ("cocina", "horno", "nevera", "lavavajillas", "vajilla", "cafetera"),
        Theme.BATHROOM: ("bano", "ducha", "toallas", "desague", "agua caliente"),
        Theme.TEMPERATURE: ("calefaccion", "aire acondicionado", "frio", "calor"),
        Theme.PARKING: ("parking", "aparca*", "garaje", "estaciona*"),
        Theme.STAIRS: ("escalera*", "ascensor", "empinad*"),
    },
    "fr": {
        Theme.CLEANLINESS: ("propre*", "proprete", "sale", "poussiere", "tache*", "impeccable", "hygien*", "moisi*", "menage"),
        Theme.NOISE: ("bruit", "bruyant*", "calme", "insonoris*", "tranquille"),
        Theme.WIFI: ("wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "cles", "cle", "code", "arrivee", "boite a cles"),
        Theme.LOCATION: ("emplacement", "situe", "quartier", "proche", "central", "a pied", "situation"),
        Theme.COMMUNICATION: ("hote*", "communication", "reponse*", "reactif", "reactive", "accueil*", "serviable"),
        Theme.VALUE: ("prix", "cher", "rapport qualite", "argent"),
        Theme.ACCURACY: ("conforme", "description", "photos"),
        Theme.BEDS: ("lit", "lits", "matelas", "oreiller*", "draps", "literie", "confortable*", "inconfortable*"),
        Theme.KITCHEN: ("cuisine", "four", "frigo", "refrigerateur", "lave vaisselle", "vaisselle", "cafetiere"),
        Theme.BATHROOM: ("salle de bain*", "douche", "toilettes", "serviettes", "eau chaude", "evacuation"),
        Theme.TEMPERATURE: ("chauffage", "climatisation", "clim", "froid", "chaud"),
        Theme.PARKING: ("parking", "garer", "stationn*", "garage"),
        Theme.STAIRS: ("escalier*", "ascenseur", "etages"),
    },
    "it": {
        Theme.CLEANLINESS: ("pulit*", "pulizia", "sporc*", "polvere", "macchi*", "igien*", "impeccabile", "muffa"),
        Theme.NOISE: ("rumor*", "silenzios*", "tranquill*", "chiasso"),
        Theme.WIFI: ("wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "chiavi", "chiave", "codice", "arrivo"),
        Theme.LOCATION: ("posizione", "zona", "vicino", "centrale", "centro", "quartiere", "a piedi"),
        Theme.COMMUNICATION: ("host", "comunicazione", "risposta", "risposte", "disponibil*", "gentil*", "proprietari*"),
        Theme.VALUE: ("prezzo", "caro", "economico", "qualita prezzo", "soldi"),
        Theme.ACCURACY: ("come descritto", "descrizione", "foto"),
        Theme.BEDS: ("letto", "letti", "materass*", "cuscin*", "lenzuola", "divano letto", "comod*", "scomod*"),
        Theme.KITCHEN: ("cucina", "forno", "frigo*", "lavastoviglie", "stoviglie", "macchina del caffe"),
        Theme.BATHROOM: ("bagno", "doccia", "asciugamani", "scarico", "acqua calda"),
        Theme.TEMPERATURE: ("riscaldamento", "aria condizionata", "freddo", "caldo"),
        Theme.PARKING: ("parchegg*", "garage", "posto auto"),
        Theme.STAIRS: ("scale", "ascensore", "ripid*"),
    },
    "pt": {
        Theme.CLEANLINESS: ("limp*", "sujo", "suja", "sujidade", "sujeira", "po", "manchas", "higien*", "impecavel", "bolor", "mofo"),
        Theme.NOISE: ("barulh*", "silencios*", "tranquil*", "ruido*", "sossegad*"),
        Theme.WIFI: ("wifi", "wi fi", "internet"),
        Theme.CHECK_IN: ("check in", "chave*", "codigo", "chegada"),
        Theme.LOCATION: ("localizacao", "localizado", "zona", "perto", "central", "bairro", "a pe"),
        Theme.COMMUNICATION: ("anfitri*", "comunicacao", "resposta*", "simpatic*", "prestav*", "atencios*"),
        Theme.VALUE: ("preco", "caro", "barato", "qualidade preco", "dinheiro"),
        Theme.ACCURACY: ("como descrito", "descricao", "fotos", "conforme"),
        Theme.BEDS: ("cama*", "colchao", "almofada*", "travesseiro*", "lencois", "confortavel", "desconfortavel"),
        Theme.KITCHEN: ("cozinha", "forno", "frigorifico", "geladeira", "loica", "maquina de cafe"),
        Theme.BATHROOM: ("casa de banho", "banheiro", "duche", "chuveiro", "toalhas", "ralo", "agua quente"),
        Theme.TEMPERATURE: ("aquecimento", "ar condicionado", "frio", "calor"),
        Theme.PARKING: ("estaciona*", "garagem", "parking"),
        Theme.STAIRS: ("escadas", "elevador", "ingreme*"),
    },
}
# fmt: on
