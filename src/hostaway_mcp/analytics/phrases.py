"""
What guests' words are recognised by: one table a language, as data.

All phrases are written as `models.names.plain` writes texts: small letters without accents and signs. A
phrase is found at whole words; one that ends in `*` is found at the beginning of a word too (`park*` in
"parking").
"""

# ruff: noqa: E501 - tables read better wide
# fmt: off

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Intent(StrEnum):
    """What a guest writes about; in the order in which one wins where several fit equally well."""

    ACCESS = "access"
    WIFI = "wifi"
    REFUND = "refund"
    COMPLAINT = "complaint"
    EARLY_OR_LATE = "early_or_late"
    EXTENSION = "extension"
    PARKING = "parking"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Table:
    """How one language is recognised and read."""

    common: str
    """Words that few other languages have; they tell the language."""
    closings: tuple[str, ...]
    """Thanks, confirmations and farewells: a message of nothing else needs no answer."""
    fillers: str
    """Words that may stand beside a closing without making it a message with content."""
    settled: tuple[str, ...]
    """The guest takes back or has solved what they asked before."""
    auto_replies: tuple[str, ...]
    """Sent by a machine on somebody's behalf; it neither asks nor answers."""
    not_words: str
    """A message with one of these says more than thanks."""
    contrasts: str
    """Of these those that take back what stands before: "found the iron, but no board"."""
    praise: str
    """Words that may stand beside a closing as fillers do: the place was lovely, we will be back."""
    plans: str
    """Hours, numbers and ways: what a guest says who only tells a host when, or with how many, they come."""
    agreed: tuple[str, ...]
    """What was done is as it was agreed."""
    intents: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)


TABLES: Mapping[str, Table] = {
    "en": Table(
        common="a the and in at is are was were you we our your with have and what where how please there this they would could from not do does can my it been any very as host place",
        closings=(
            "thank you", "many thanks", "thanks", "thx", "thank u", "cheers", "ty", "perfect", "great", "ok", "okay", "awesome", "got it", "understood", "will do",
            "noted", "sounds good", "sounds great", "see you", "looking forward", "have a nice", "have a great", "have a good", "wonderful", "lovely",
            "appreciate it", "appreciated", "best regards", "kind regards", "all good", "no problem", "no worries", "amazing", "brilliant", "excellent", "bye", "take care",
            "that works", "works for us", "works for me", "good night", "we had a great", "we had a wonderful", "we had a lovely", "enjoyed our stay", "enjoyed the stay", "loved our stay",
            "fab", "fabulous", "you re a star", "you are a star", "you re the best", "you are the best", "you re an angel", "lifesaver", "superb", "thank you so much", "a million", "beautiful", "gorgeous", "stunning", "cool", "super",
        ),
        fillers="so very much many a lot for everything your the help quick fast reply response answer message info information details that this is it all and you we us i am will be then soon later tomorrow today there to of again really just super nice day evening weekend time trip stay here host kind hello hi hey dear yes sure good one too ll m s re in at our everyone with everything letting know clarifying confirming sorting arranging out quickly cool hospitality place flat apartment house was beautiful hosting having meeting week monday tuesday wednesday thursday friday saturday sunday well both fine had it enjoyed",
        settled=("never mind", "nevermind", "found it", "we found the", "works now", "working now", "all sorted", "sorted now", "it is solved", "no longer needed", "we are in now", "we re in now", "we got in", "forget it", "problem solved", "disregard", "back on now", "did the trick", "found them", "found the", "found him", "ignore me", "ignore my", "ignore that", "my mistake", "my bad", "my own fault", "sorted it", "sorted out", "figured it out", "worked it out", "all fixed", "it works", "that worked", "it worked", "fixed it", "solved it"),
        auto_replies=("automatic reply", "automated reply", "auto reply", "autoreply", "automatic response", "automated response", "out of office", "out of the office", "this is an automated", "this is an automatic", "this message was sent automatically", "do not reply to this", "undeliverable", "delivery has failed", "delivery status notification", "i am currently away from my", "limited access to email", "limited access to my email", "i am on vacation until", "i am on leave until"),
        not_words="not no but however except unfortunately still nobody nothing never cannot can t don doesn didn isn won however before when where what why how who which need want two three four five six seven eight",
        contrasts="but however except unfortunately still though although only yet",
        praise="beautiful gorgeous stunning lovely fantastic comfortable cosy cozy clean spotless perfect views view place apartment home location garden terrace pool city trip loved love liked definitely certainly surely back again return come recommend best star legend lifesaver hero angel kind sweet generous thoughtful such absolutely truly incredible fabulous superb beach area holiday vacation wonderful were safe safely arrived",
        plans="at around about by between from until till in on before after o clock am pm noon midnight morning afternoon evening night tonight tomorrow today half past quarter to hour hours minute minutes min mins one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty adults adult children child kids kid baby people persons guests of us arrive arriving arrival land landing get getting come coming there be here way heading over leave leaving now on our my we we re i m ll then see you driving monday tuesday wednesday thursday friday saturday sunday",
        agreed=("as agreed", "as discussed", "as arranged", "as requested", "as you asked", "as instructed"),
        intents={
            Intent.ACCESS: ("locked out", "lock out", "can t get in", "cannot get in", "can not get in", "get inside", "get into the", "let us in", "door code", "door", "key", "keys", "lockbox", "lock box", "key safe", "keypad", "lock", "gate", "entry code", "access code", "entrance", "buzzer", "intercom", "standing outside", "stuck outside", "we are outside", "we re outside", "code does not", "code doesn t", "code is not working", "code isn t", "check in instructions", "how do we get in", "how do i get in", "let ourselves in"),
            Intent.WIFI: ("wifi", "wi fi", "internet", "router", "network", "wlan"),
            Intent.REFUND: ("refund*", "money back", "reimburse*", "compensat*", "charged twice", "cancel*", "give us back", "shorten our", "deposit back", "overcharged", "discount for"),
            Intent.COMPLAINT: ("dirty", "not clean", "unclean", "wasn t clean", "smell*", "broken", "does not work", "doesn t work", "not working", "isn t working", "stopped working", "leak*", "noise", "noisy", "loud", "mold", "mould", "cockroach*", "bugs", "mice", "mouse", "ants", "cold", "no hot water", "no heating", "heating", "freezing", "heater", "disappoint*", "unacceptable", "complain*", "stain*", "flood*", "blocked drain", "clogged", "no water", "no electricity", "no power", "power is out", "missing towels", "no towels", "hair in the", "disgusting"),
            Intent.EARLY_OR_LATE: ("early check in", "check in early", "check in earlier", "check in before", "check in around noon", "check in around", "early checkin", "arrive early", "arrive earlier", "arriving early", "lands early", "drop our bags", "drop off our", "leave our bags", "leave our luggage", "drop our luggage", "store our", "luggage", "late check out", "late checkout", "check out late", "check out later", "checkout later", "leave later", "stay until", "later check out", "later checkout", "late departure", "check out at", "arrive late", "arriving late", "late arrival", "late check in", "early arrival", "earlier check in"),
            Intent.EXTENSION: ("extend*", "extension", "more night*", "extra night*", "another night", "additional night*", "stay longer", "stay one more", "stay another", "one more day", "longer stay", "few more days", "add a night", "add a day"),
            Intent.PARKING: ("parking", "park", "car park", "garage", "parked", "parking spot", "where to park", "ev charger", "charge our car"),
        },
    ),
    "de": Table(
        common="der die das und ist sind wir sie ihr ich nicht mit haben hat wie wo gibt es bitte konnen kann fur auf ein eine unser uns noch bei zu im den dem von auch wird wurde schon",
        closings=(
            "danke", "vielen dank", "herzlichen dank", "besten dank", "tausend dank", "dankeschon", "dank", "super", "perfekt", "alles klar", "ok", "okay", "gut", "prima", "toll", "verstanden", "bis bald", "bis dann", "bis morgen", "bis spater", "bis nachher",
            "wir freuen uns", "ich freue mich", "freuen uns", "freue mich", "liebe grusse", "viele grusse", "schone grusse", "mit freundlichen grussen", "lg", "klasse", "wunderbar", "passt", "geht klar", "kein problem", "in ordnung", "einverstanden", "tschuss", "auf wiedersehen", "gute nacht", "schonen tag", "schonen abend", "schones wochenende", "es war sehr schon", "hat uns sehr gefallen", "grossartig", "genial", "freundliche grusse",
            "vielen lieben dank", "danke schon", "alles bestens", "alles gut", "bestens", "ein traum", "sehr lieb", "traumhaft", "herrlich", "cool", "spitze",
        ),
        fillers="sehr fur die schnelle antwort hilfe alles das ist wir uns sie ihnen ihre ihr euch eure dir deine nachricht information informationen info infos auskunft ja dann noch so und auch einen eine ein schon schones auf den die der es hallo guten tag lieber liebe wieder war hat aufenthalt wohnung haus gastgeber bis morgen heute abend schonen lieb nett von mich freuen freue machen wir so mal rasche ruckmeldung ganz herzlich sehr gern gerne immer zeit dort da vorab hat gefallen bei auf eine schone sind melden wenn dass gute",
        settled=("hat sich erledigt", "erledigt", "schon gefunden", "haben es gefunden", "haben ihn gefunden", "geht jetzt", "funktioniert jetzt", "klappt jetzt", "geht wieder", "funktioniert wieder", "wir sind jetzt drin", "sind jetzt drin", "brauchen wir nicht mehr", "vergessen sie es", "problem gelost", "hat geklappt", "geklappt", "hat funktioniert", "hat sich geklart", "geklart", "schon gut", "entdeckt", "gefunden", "alles gut", "gelost", "mein fehler", "mein handy", "geht doch", "lauft wieder", "lauft jetzt", "vergiss es", "nicht mehr notig"),
        auto_replies=("automatische antwort", "abwesenheitsnotiz", "abwesenheitsassistent", "automatisch generiert", "automatisch erstellt", "ausser haus", "nicht im buro", "derzeit nicht im buro", "automatische nachricht", "bin im urlaub und", "unzustellbar", "nicht auf diese e mail", "nicht auf diese nachricht"),
        not_words="nicht kein keine keinen aber leider jedoch trotzdem immer niemand nichts ausser wann wo wie warum was wer welche brauchen brauche zwei drei vier funf sechs sieben acht",
        contrasts="aber jedoch trotzdem leider nur ausser noch allerdings",
        praise="traumhaft wunderschon schon schone schoner schones herrlich herrlicher herrliche herrliches toll tolle toller tolles gemutlich sauber liebevoll super ausblick aussicht blick wohnung haus garten lage urlaub stadt kommen bestimmt sicher gerne jederzeit wieder weiterempfehlen empfehlen bei ihnen euch unglaublich perfekt alles bestens bester beste gut angekommen wir es war ist ganz total wirklich immer",
        plans="gegen um ab zwischen bis von vor nach in am uhr mittag mittags mitternacht morgen vormittag nachmittag abend abends nacht heute halb viertel stunde stunden minute minuten eins ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf funfzehn zwanzig dreissig erwachsene erwachsenen kinder kind kleinkind baby personen person leute gaste zu mit kommen komme ankommen ankunft sind bin da machen mache uns mich auf den weg unterwegs losfahren fahren fahre los gleich jetzt dann wir ich ungefahr circa ca montag dienstag mittwoch donnerstag freitag samstag sonntag",
        agreed=("wie besprochen", "wie abgesprochen", "wie vereinbart", "wie ausgemacht", "wie gewunscht"),
        intents={
            Intent.ACCESS: ("tur", "haustur", "wohnungstur", "turcode", "schlussel", "schlusselbox", "schlusselkasten", "schlusseltresor", "ausgesperrt", "nicht rein", "nicht hinein", "kommen nicht in", "stehen draussen", "stehen vor", "zugang", "zugangscode", "zahlencode", "code funktioniert nicht", "code geht nicht", "der code", "tor", "eingang", "klingel", "schloss", "in die wohnung", "wie kommen wir in", "wie kommen wir rein", "hineinkommen", "reinkommen"),
            Intent.WIFI: ("wlan", "wifi", "wi fi", "internet", "router", "netzwerk"),
            Intent.REFUND: ("erstatt*", "ruckerstatt*", "geld zuruck", "ruckzahlung", "zuruckzahlen", "zuruckbekommen", "entschadig*", "stornier*", "storno", "doppelt abgebucht", "verkurzen", "preisnachlass", "minderung", "kaution"),
            Intent.COMPLAINT: ("schmutzig", "dreckig", "nicht sauber", "unsauber", "stinkt", "riecht", "geruch", "kaputt", "defekt", "funktioniert nicht", "geht nicht", "laut", "larm", "schimmel", "kakerlake*", "ameisen", "maus", "kalt", "kein warmwasser", "kein warmes wasser", "heizung", "tropft", "undicht", "enttausch*", "beschwer*", "unzumutbar", "verstopft", "kein strom", "kein wasser", "stromausfall", "fleck*", "ekelhaft", "haare im", "keine handtucher", "uberschwemm*"),
            Intent.EARLY_OR_LATE: ("fruher einchecken", "fruh einchecken", "fruher check in", "fruhzeitig", "early check in", "gegen mittag", "fruher anreisen", "fruher kommen", "schon fruher", "landet fruh", "gepack", "koffer", "spater auschecken", "spater check out", "spates auschecken", "late check out", "spater abreisen", "spater ausziehen", "langer bleiben bis", "check out um", "spat anreisen", "spate anreise", "spat ankommen", "fruhe anreise", "spate abreise", "spatere abreise"),
            Intent.EXTENSION: ("verlanger*", "nachte langer", "nacht langer", "tage langer", "tag langer", "noch eine nacht", "weitere nacht", "weitere nachte", "zusatzliche nacht*", "langer bleiben", "einen tag mehr", "nacht mehr", "nachte mehr"),
            Intent.PARKING: ("parkplatz", "parken", "parkhaus", "parkplatze", "garage", "tiefgarage", "stellplatz", "parkmoglichkeit*", "parkgebuhr*", "ladesaule"),
        },
    ),
    "es": Table(
        common="el la los las es son hay que como donde por para con nos nuestro esta estamos podemos pueden puede una un del se muy hola gracias tenemos mas y si en al hasta desde",
        closings=(
            "gracias", "muchas gracias", "mil gracias", "muchisimas gracias", "perfecto", "genial", "vale", "ok", "okay", "de acuerdo", "entendido", "estupendo", "excelente", "fenomenal", "hasta pronto", "hasta luego", "hasta manana", "nos vemos", "un saludo", "saludos", "buenas noches", "buen dia", "que tenga", "que tengas", "maravilloso", "fantastico", "muy amable", "sin problema", "adios", "un abrazo", "todo bien", "recibido", "muy bien", "nos ha encantado", "ha sido un placer", "igualmente",
            "todo claro", "todo perfecto", "que amable", "todo correcto", "un detalle", "precioso", "increible", "guay",
        ),
        fillers="por la el su tu respuesta rapida ayuda todo todos informacion info mensaje muy bien si asi es lo tendremos en cuenta entonces hola buenos dias buenas tardes a ti usted vosotros ustedes de y que un una buen fin semana tarde noche manana hoy alli estancia piso casa apartamento anfitrion tenga tengas otra vez nos vemos encantados encantado amable eres son sois vuestra atencion estaremos ya se feliz dia quedamos igual avisarnos avisar confirmar con",
        settled=("ya esta solucionado", "solucionado", "ya funciona", "ya lo encontramos", "ya lo hemos encontrado", "lo encontramos", "ya estamos dentro", "ya entramos", "ya hemos entrado", "no hace falta", "olvidelo", "olvidalo", "ya esta resuelto", "resuelto", "problema resuelto", "funciono", "ya esta", "ya lo vimos", "ya la vimos", "lo vimos", "ya lo vi", "ya lo encontre", "ya encontre", "ya la encontramos", "lo encontre", "olvidadlo", "error mio", "era mi", "culpa mia", "ya lo tenemos", "ya lo tengo", "arreglado", "no te preocupes"),
        auto_replies=("respuesta automatica", "fuera de la oficina", "mensaje automatico", "este es un mensaje automatico", "generado automaticamente", "estoy de vacaciones hasta", "ausente de la oficina", "no responda a este", "no responder a este"),
        not_words="no pero sin embargo aunque todavia aun nadie nada nunca ni cuando donde como por que quien cual necesitamos necesito dos tres cuatro cinco seis siete ocho",
        contrasts="pero sin embargo aunque todavia aun solo sigue siguen excepto",
        praise="precioso preciosa bonito bonita hermoso hermosa increible increibles encanto encantado encantada maravilla maravillosa maravillosas limpio comodo acogedor vistas vista piso casa apartamento ubicacion jardin terraza piscina ciudad viaje vacaciones volveremos volver seguro recomendaremos recomendamos gustado gusto amable detalle sois eres todo toda unas unos que ha han sido llegado llegamos bien perfecto el la nos muy",
        plans="a sobre hacia entre desde hasta antes despues de en las los la el media mediodia medianoche manana tarde noche hoy y cuarto hora horas minuto minutos una uno dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta adultos adulto ninos nino ninas nina bebe personas persona somos seremos llegamos llegaremos llego llegare llegada vamos voy alli alla ahi camino salimos salgo para nos vemos entonces ahora ya estamos estaremos estare aproximadamente lunes martes miercoles jueves viernes sabado domingo",
        agreed=("como acordamos", "como acordado", "como hablamos", "como quedamos", "segun lo acordado", "como nos indicaste", "como nos indico"),
        intents={
            Intent.ACCESS: ("puerta", "llave", "llaves", "codigo no", "el codigo", "caja de llaves", "cerradura", "cerrados fuera", "encerrados fuera", "no podemos entrar", "no puedo entrar", "no conseguimos entrar", "como entramos", "como entrar", "como accedemos", "estamos fuera", "en la calle", "portal", "porton", "telefonillo", "timbre", "acceso", "candado"),
            Intent.WIFI: ("wifi", "wi fi", "internet", "router", "red"),
            Intent.REFUND: ("reembols*", "devol*", "devuelv*", "dinero", "compensa*", "indemniza*", "cancel*", "cobrado dos veces", "acortar", "fianza"),
            Intent.COMPLAINT: ("sucio", "sucia", "sucios", "no estaba limpi*", "no esta limpi*", "suciedad", "huele", "olor", "roto", "rota", "averiad*", "no funciona", "no funcionan", "ruido", "ruidoso", "moho", "cucaracha*", "hormigas", "raton*", "frio", "no hay calefaccion", "sin calefaccion", "calefaccion", "sin agua", "no hay agua", "no hay luz", "sin luz", "gotea", "fuga", "atasc*", "decepcion*", "queja", "inaceptable", "manchas", "manchad*", "faltan toallas", "no hay toallas", "asquer*", "inundad*"),
            Intent.EARLY_OR_LATE: ("entrar antes", "llegar antes", "antes de la hora", "entrada anticipada", "check in temprano", "check in antes", "early check in", "llega temprano", "llegamos temprano", "entrar hacia", "hacia el mediodia", "dejar las maletas", "dejar el equipaje", "maletas", "equipaje", "salir mas tarde", "salida tardia", "salida tarde", "late check out", "check out tarde", "check out mas tarde", "posible salir a", "dejar el piso mas tarde", "salir a las", "llegaremos tarde", "llegamos tarde", "llegada tardia"),
            Intent.EXTENSION: ("ampliar", "alargar", "prolongar", "extender", "noche mas", "noches mas", "dia mas", "dias mas", "otra noche", "quedarnos mas", "noche adicional", "noches adicionales"),
            Intent.PARKING: ("aparca*", "parking", "estaciona*", "garaje", "cochera", "plaza de garaje", "parquear"),
        },
    ),
    "fr": Table(
        common="le la les est sont nous vous avec pour dans il y a un une des que qui ou comment bonjour merci notre votre pouvons pouvez sur pas ne du au ce cette je et de depuis avons",
        closings=(
            "merci", "merci beaucoup", "un grand merci", "mille mercis", "parfait", "super", "d accord", "ok", "okay", "entendu", "bien recu", "bien note", "c est note", "genial", "excellent", "a bientot", "a demain", "a tout a l heure", "a plus tard", "cordialement", "bien cordialement", "bonne journee", "bonne soiree", "bonne nuit", "bon week end", "au revoir", "ca marche", "ca nous va", "pas de probleme", "pas de souci", "aucun probleme", "tres bien", "formidable", "merveilleux", "au plaisir", "c est parfait", "nous avons adore", "on a adore", "ravis de notre sejour", "bonne continuation", "impeccable", "salutations",
            "c est adorable", "adorable", "tres gentil", "tout est parfait", "merci encore", "merci infiniment", "magnifique", "nickel", "top", "ca marche",
        ),
        fillers="pour votre votre ta ton la le les reponse rapide rapidite aide tout toute toutes ces cette infos info information informations message retour c est tres bien bonjour bonsoir alors donc on nous vous a et de du encore vraiment beaucoup oui journee soiree sejour appartement maison hote accueil gentil gentille gentillesse demain ce soir se voit bonne bon un une des l d en merci confirmation precisions precision sympa reactivite avoir passe chez hate avons avez",
        settled=("c est resolu", "c est regle", "probleme resolu", "probleme regle", "ca fonctionne maintenant", "ca marche maintenant", "fonctionne a nouveau", "remarche", "nous avons trouve", "on a trouve", "c est bon on", "c est bon nous", "nous sommes entres", "on est entres", "laissez tomber", "oubliez ma", "plus la peine", "ca fonctionne", "ca remarche", "ca refonctionne", "c est bon", "c est regle", "regle", "resolu", "laissez tomber", "laisse tomber", "l a trouve", "l ai trouve", "l avons trouve", "on a trouve", "ai trouve", "avons trouve", "mon erreur", "ma faute", "c etait mon", "c etait ma", "oubliez", "c est arrange"),
        auto_replies=("reponse automatique", "absent du bureau", "absence du bureau", "message automatique", "je suis en conges", "je suis en vacances jusqu", "actuellement absent*", "genere automatiquement", "ne pas repondre a ce", "merci de ne pas repondre"),
        not_words="pas ne mais malheureusement cependant toujours personne rien jamais sauf quand comment pourquoi quel quelle combien besoin deux trois quatre cinq six sept huit",
        contrasts="mais malheureusement cependant toujours seulement sauf encore pourtant",
        praise="adorable adore adorons magnifique magnifiques superbe superbes beau belle bel sublime agreable propre confortable charmant charmante vue appartement maison logement emplacement jardin terrasse piscine ville voyage vacances reviendrons revenir plaisir recommanderons recommandons avec sans faute tout est etait bien arrives arrive c oui",
        plans="vers a entre de depuis jusqu avant apres dans en le la les midi minuit matin apres midi soir soiree nuit demain aujourd hui et demie quart heure heures h minute minutes une un deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente adultes adulte enfants enfant bebe personnes personne serons sommes arrivons arriverons arrive arriverai arrivee on nous je la route chemin partons pars alors maintenant environ est lundi mardi mercredi jeudi vendredi samedi dimanche",
        agreed=("comme convenu", "comme prevu", "comme demande", "comme discute", "comme indique"),
        intents={
            Intent.ACCESS: ("porte", "cle", "cles", "clef", "clefs", "boite a cles", "digicode", "le code", "code ne", "code d acces", "serrure", "portail", "portillon", "interphone", "sonnette", "enfermes dehors", "coinces dehors", "bloques dehors", "dehors", "impossible d entrer", "pouvons pas entrer", "arrivons pas a entrer", "arrive pas a entrer", "comment entrer", "comment entre t on", "cadenas", "acces"),
            Intent.WIFI: ("wifi", "wi fi", "internet", "box internet", "reseau", "routeur"),
            Intent.REFUND: ("rembours*", "dedommag*", "compensation", "annul*", "rendre l argent", "debite deux fois", "raccourcir", "caution", "geste commercial"),
            Intent.COMPLAINT: ("sale", "sales", "pas propre", "salete", "sent mauvais", "odeur*", "casse", "cassee", "en panne", "ne fonctionne pas", "ne fonctionne plus", "ne marche pas", "ne marche plus", "bruit", "bruyant*", "moisi*", "cafard*", "fourmis", "souris", "froid", "pas de chauffage", "chauffage", "pas d eau chaude", "plus d eau", "pas d eau", "plus d electricite", "fuite", "bouche", "decu*", "decept*", "plaint*", "plaindre", "inacceptable", "tache*", "pas de serviettes", "degoutant*", "inond*"),
            Intent.EARLY_OR_LATE: ("arriver plus tot", "arriver tot", "arrivee anticipee", "entrer plus tot", "arrive tot", "early check in", "vers midi", "avant l heure", "deposer nos", "laisser nos", "bagages", "valises", "depart tardif", "partir plus tard", "depart plus tard", "quitter plus tard", "late check out", "rester jusqu a", "liberer l appartement", "arriver tard", "arrivee tardive", "arriverons tard", "check in plus tot", "check out plus tard"),
            Intent.EXTENSION: ("prolong*", "nuit de plus", "nuits de plus", "nuit supplementaire", "nuits supplementaires", "jour de plus", "jours de plus", "rester plus longtemps", "une autre nuit", "encore une nuit"),
            Intent.PARKING: ("parking", "garer", "stationn*", "garage", "place de parking", "borne de recharge"),
        },
    ),
    "it": Table(
        common="il lo gli e sono che come dove per con noi voi nostro vostro possiamo potete puo una un di del della nel c e anche molto grazie buongiorno ci questo abbiamo alla non da dalla",
        closings=(
            "grazie", "grazie mille", "molte grazie", "tante grazie", "perfetto", "ottimo", "va bene", "ok", "okay", "d accordo", "capito", "ricevuto", "benissimo", "fantastico", "a presto", "a domani", "a dopo", "ci vediamo", "cordiali saluti", "saluti", "un saluto", "buona giornata", "buona serata", "buona notte", "buonanotte", "arrivederci", "ciao", "gentilissimo", "gentilissima", "gentilissimi", "nessun problema", "meraviglioso", "splendido", "tutto chiaro", "tutto bene", "ci siamo trovati benissimo", "e stato un piacere", "buon fine settimana", "stupendo", "eccellente", "bene",
            "che gentile", "grazie infinite", "grazie ancora", "tutto perfetto", "tutto a posto", "bellissimo", "molto gentile",
        ),
        fillers="per la il tutto tutti sua tua vostra risposta veloce rapida aiuto informazioni informazione info messaggio molto gentile gentili si cosi e allora buongiorno buonasera a voi te lei di un una buona giornata serata domani oggi stasera ancora davvero ospitalita soggiorno casa appartamento host disponibilita mille chiarimento conferma facciamo faremo noi ci siamo saremo la le lo del della vi alla delle presto salve cari caro cara",
        settled=("abbiamo risolto", "risolto", "tutto risolto", "adesso funziona", "ora funziona", "funziona di nuovo", "l abbiamo trovato", "l abbiamo trovata", "trovato grazie", "siamo entrati", "siamo dentro", "non serve piu", "come non detto", "lasci stare", "lasciate stare", "fatto", "funziona grazie", "tutto a posto", "l abbiamo visto", "l abbiamo vista", "trovato", "trovata", "l ho trovato", "l ho trovata", "colpa mia", "errore mio", "era il mio", "era la mia", "sistemato", "lasci perdere", "lasciate perdere", "lascia stare", "non importa"),
        auto_replies=("risposta automatica", "fuori ufficio", "messaggio automatico", "generato automaticamente", "sono in ferie", "assente dall ufficio", "si prega di non rispondere", "non rispondere a questo"),
        not_words="non ma pero purtroppo tuttavia ancora nessuno niente mai quando dove come perche chi quale quanto bisogno serve due tre quattro cinque sei sette otto",
        contrasts="ma pero purtroppo tuttavia ancora solo soltanto tranne",
        praise="bellissimo bellissima bellissimi bello bella belli splendida stupenda meravigliosa incantevole accogliente pulita pulito comodo comoda vista panorama casa appartamento posizione giardino terrazza piscina citta viaggio vacanza torneremo tornare sicuro sicuramente consiglieremo consigliamo piaciuto piaciuta stati stato bene tutto che vi ci di e un",
        plans="verso alle all le la a tra fra entro dalle dopo prima di in mezzogiorno mezzanotte mattina pomeriggio sera stasera notte domani oggi e mezza mezzo quarto ora ore minuto minuti una uno due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta adulti adulto bambini bambino bambina neonato persone persona siamo saremo in arriviamo arriveremo arrivo arrivero stiamo sto arrivando partiamo parto strada ci vediamo allora adesso ora circa lunedi martedi mercoledi giovedi venerdi sabato domenica",
        agreed=("come d accordo", "come concordato", "come stabilito", "come da accordi", "come richiesto", "come indicato"),
        intents={
            Intent.ACCESS: ("porta", "portone", "chiave", "chiavi", "cassetta delle chiavi", "il codice", "codice non", "serratura", "cancello", "citofono", "campanello", "chiusi fuori", "bloccati fuori", "siamo fuori", "non riusciamo a entrare", "non riusciamo ad entrare", "non riesco a entrare", "non riesco ad entrare", "come entriamo", "come si entra", "lucchetto", "accesso", "ingresso"),
            Intent.WIFI: ("wifi", "wi fi", "internet", "router", "rete"),
            Intent.REFUND: ("rimbors*", "risarci*", "soldi indietro", "cancell*", "annull*", "addebitato due volte", "accorciare", "cauzione", "restitu*"),
            Intent.COMPLAINT: ("sporco", "sporca", "sporchi", "sporcizia", "non era pulit*", "non e pulit*", "puzza", "odore", "rotto", "rotta", "guast*", "non funziona", "non funzionano", "rumore", "rumoros*", "muffa", "scarafagg*", "formiche", "topo", "topi", "freddo", "riscaldamento", "senza acqua", "non c e acqua", "acqua calda", "manca la corrente", "senza luce", "perde", "perdita", "intasat*", "delus*", "lament*", "reclamo", "inaccettabile", "macchi*", "mancano gli asciugamani", "schif*", "allagat*"),
            Intent.EARLY_OR_LATE: ("entrare prima", "arrivare prima", "check in anticipato", "anticipare il check in", "early check in", "arriva presto", "arriviamo presto", "verso mezzogiorno", "lasciare le valigie", "lasciare i bagagli", "valigie", "bagagli", "uscire piu tardi", "late check out", "check out tardi", "check out posticipato", "posticipare il check out", "possibile uscire alle", "lasciare l appartamento piu tardi", "uscire alle", "arriviamo tardi", "arriveremo tardi", "arrivo tardivo", "partire piu tardi"),
            Intent.EXTENSION: ("prolung*", "estender*", "notte in piu", "notti in piu", "altra notte", "altre due notti", "altre notti", "altre tre notti", "ancora una notte", "giorno in piu", "giorni in piu", "fermarci di piu", "notte aggiuntiva"),
            Intent.PARKING: ("parchegg*", "garage", "posto auto", "parcheggio", "sosta", "colonnina"),
        },
    ),
    "pt": Table(
        common="o os as e sao nao que como onde para com nos nosso vosso podemos podem pode uma um do da no na ha muito obrigado obrigada ola esta estamos temos voces nossa dos desde ao",
        closings=(
            "obrigado", "obrigada", "muito obrigado", "muito obrigada", "obrigadissimo", "obg", "perfeito", "otimo", "ok", "okay", "esta bem", "esta bom", "combinado", "entendido", "excelente", "maravilha", "maravilhoso", "fantastico", "ate breve", "ate logo", "ate amanha", "ate ja", "cumprimentos", "com os melhores cumprimentos", "abraco", "um abraco", "bom dia para", "boa noite", "boa tarde para", "tenha um bom", "sem problema", "tudo bem", "tudo certo", "recebido", "certo", "agradecido", "agradecida", "agradecemos", "adoramos a estadia", "foi um prazer", "tchau", "adeus", "bom fim de semana", "beleza", "igualmente", "excelente estadia", "muito bom",
            "que simpatico", "que simpatica", "tudo claro", "tudo perfeito", "muito simpatico", "maravilha", "lindo", "incrivel", "obrigada mais uma vez", "obrigado mais uma vez",
        ),
        fillers="pela pelo a o sua tua vossa resposta rapida ajuda tudo toda todos informacao informacoes info mensagem muito bem sim assim e entao ola bom boa dia tarde noite amanha hoje um uma de do da para voces voce si ti la estadia casa apartamento anfitriao hospitalidade simpatia mais vez vemo nos ficamos a espera disponibilidade por pelas os as foi adoramos confirmacao confirmar fim semana estaremos ai ate",
        settled=("ja esta resolvido", "resolvido", "ja funciona", "ja encontramos", "encontramos", "ja entramos", "ja conseguimos entrar", "conseguimos entrar", "ja estamos dentro", "deixe estar", "ja nao e preciso", "nao e mais preciso", "esqueca", "problema resolvido", "voltou a funcionar", "ja deu", "deu certo", "ja esta tudo bem", "ja esta", "ja o vimos", "ja a vimos", "ja vi", "ja vimos", "deixe la", "deixa la", "deixa estar", "ja resolvemos", "resolvemos", "era o meu", "era a minha", "culpa minha", "erro meu", "nao se preocupe", "ja encontrei", "encontrei"),
        auto_replies=("resposta automatica", "fora do escritorio", "mensagem automatica", "gerada automaticamente", "estou de ferias ate", "ausente do escritorio", "nao responda a este", "nao responda a esta"),
        not_words="nao mas porem infelizmente contudo ainda ninguem nada nunca quando onde como porque quem qual precisamos preciso dois duas tres quatro cinco seis sete oito",
        contrasts="mas porem infelizmente contudo ainda so apenas exceto continua continuam",
        praise="lindo linda lindissima lindissimo bonito bonita belissima incrivel fantastica maravilhosa acolhedora limpa limpo confortavel vista vistas casa apartamento localizacao jardim terraco piscina cidade viagem ferias voltaremos voltar certeza recomendamos recomendaremos adoramos gostamos gostei simpatico simpatica gentil querido que tudo perfeito bem chegamos sim com esta estava foi e a o",
        plans="por volta das dos as aos a entre desde ate antes depois de em na meio dia meia noite manha tarde noite amanha hoje e quarto hora horas minuto minutos uma um duas dois tres quatro cinco seis sete oito nove dez onze doze quinze vinte trinta adultos adulto criancas crianca bebe pessoas pessoa somos seremos chegamos chegaremos chego chegarei chegada estamos estou caminho vamos vou la ai daqui entao agora ja cerca segunda terca quarta quinta sexta sabado domingo",
        agreed=("como combinado", "conforme combinado", "como combinamos", "como acordado", "como pedido", "conforme indicado"),
        intents={
            Intent.ACCESS: ("porta", "portao", "chave", "chaves", "cofre de chaves", "caixa de chaves", "o codigo", "codigo nao", "fechadura", "campainha", "interfone", "intercomunicador", "trancados fora", "trancados la fora", "presos na rua", "na rua", "la fora", "nao conseguimos entrar", "nao consigo entrar", "nao podemos entrar", "como entramos", "como entrar", "cadeado", "acesso"),
            Intent.WIFI: ("wifi", "wi fi", "internet", "router", "roteador", "rede"),
            Intent.REFUND: ("reembols*", "devol*", "dinheiro de volta", "indemniza*", "indeniza*", "compensa*", "cancel*", "cobrado duas vezes", "encurtar", "caucao", "estorno"),
            Intent.COMPLAINT: ("sujo", "suja", "sujos", "sujidade", "sujeira", "nao estava limp*", "nao esta limp*", "cheira", "cheiro", "partido", "partida", "quebrad*", "estragad*", "avariad*", "nao funciona", "nao funcionam", "barulho", "barulhent*", "bolor", "mofo", "barata", "baratas", "formigas", "rato", "ratos", "frio", "aquecimento", "agua quente", "sem agua", "sem luz", "sem eletricidade", "pinga", "fuga de", "vazamento", "entupid*", "desilud*", "decepcion*", "reclama*", "queixa", "inaceitavel", "mancha*", "faltam toalhas", "nao ha toalhas", "nojento", "inundad*"),
            Intent.EARLY_OR_LATE: ("entrar mais cedo", "chegar mais cedo", "check in antecipado", "check in mais cedo", "early check in", "chega cedo", "chegamos cedo", "entrar por volta", "meio dia", "deixar as malas", "deixar a bagagem", "malas", "bagagem", "sair mais tarde", "late check out", "check out mais tarde", "check out tardio", "possivel sair", "sair as", "saida tardia", "chegamos tarde", "chegaremos tarde", "chegada tardia", "chegar tarde"),
            Intent.EXTENSION: ("prolongar", "estender", "alargar", "noite extra", "noites extra", "mais uma noite", "mais duas noites", "mais noites", "mais tres noites", "mais um dia", "mais dois dias", "noite adicional", "ficar mais tempo", "outra noite"),
            Intent.PARKING: ("estaciona*", "parking", "garagem", "lugar para o carro", "parque de estacionamento", "parqueamento", "vaga"),
        },
    ),
}
# fmt: on
