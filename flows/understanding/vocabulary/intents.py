"""The words of wishes that are hard to take back, in every language.

A wish is plain where a word that says it stands with nothing but words that change nothing. All are single words;
phrases that count as one word are in ONE_WORD.
"""

ONE_WORD: dict[str, str] = {
    "opt me out": "optout",
    "opt out": "optout",
    "opting out": "optout",
    "take me off": "remove",
    "take my number off": "remove number",
    "karna hai": "karna",
    "karna h": "karna",
    "karna he": "karna",
    "करना है": "करना",
    "karwana hai": "karna",
    "करवाना है": "करना",
    "hatana hai": "hatao",
    "हटाना है": "हटाओ",
    "do na": "do",
    "karo na": "karo",
    "kijiye na": "kijiye",
    "dijiye na": "dijiye",
    "दो ना": "दो",
    "करो ना": "करो",
    "कीजिए ना": "कीजिए",
    "दीजिए ना": "दीजिए",
    "bas karo": "ruko",
    "bas kijiye": "ruko",
    "बस करो": "रुको",
    "बस कीजिए": "रुको",
    "leave me alone": "ruko",
    "right now": "now",
    "do you": "does",
    "do i": "does",
    "do we": "does",
    "do not": "dont",
    "did not": "didnt",
    "does not": "doesnt",
}
"""Phrases, and the word that each is read as."""

STOPS = "stop, stopall, स्टॉप, स्टाप"
UNSUBSCRIBES = "unsubscribe, unsub, optout, अनसब्सक्राइब"
"""Words that mean our messages, whatever stands beside them."""
ENDS = "end, exit, quit, band, roko, rok, rokiye, rokna, rokdo, बंद, रोको, रोकें, रोक, रोकिए, रोकना"
"""Words that say stop, and much else: a place, an hour, music."""
WAITS = (
    "ruko, rukiye, rukiya, rukie, ruk, rukna, रुको, रुकें, रुकिए, रुकिये, रुक, cancel, mute, रद्द, radd, close, "
    "bas, बस, bandh, bnd, halt, cease, discontinue, disable, deactivate, samapt, समाप्त"
)
"""Words that ask for a stop only where they are about messages; alone they are as likely a word to wait."""
ASKED_ALONE = "ruko, rukiye, rukie, rukiya, rukna, रुको, रुकें, रुकिए, रुकिये"
"""Words of these that are asked about where nothing else is said."""
REMOVES = "remove, delete, hatao, hata, hataiye, hataen, nikalo, nikal, हटाओ, हटा, हटाएं, हटाइए, निकालो, निकाल"
LISTS = "list, lists, group, broadcast, subscription, subscribers, लिस्ट, सूची, ग्रुप"
"""Whence somebody wants to be removed who wants no messages."""

MESSAGES = (
    "message, messages, messaging, msg, msgs, mesage, mesages, messege, massage, sms, text, texts, texting, "
    "notification, notifications, update, updates, alert, alerts, reminder, reminders, whatsapp, chat, chats, "
    "conversation, spam, spamming, promotion, promotions, ads, marketing, newsletter, communication, "
    "communications, everything, sandesh, suchna, maisej, mesej, मैसेज, मेसेज, मैसेजेस, मेसेजेस, संदेश, "
    "संदेशा, एसएमएस, सूचना, सूचनाएं, नोटिफिकेशन, व्हाट्सएप, व्हाट्सऐप, वाट्सएप, चैट, अपडेट, रिमाइंडर"
)
SENDS = (
    "send, sending, disturb, disturbing, bother, bothering, trouble, contact, bhejo, bhejna, bhejiye, bhejie, bhejen, "
    "bhejein, bheje, bhejiyega, भेजो, भेजना, भेजिए, भेजिये, भेजें, भेजे, भेजिएगा, bhjo"
)
"""What a negation forbids: as an order, not as a report of what has not come."""
DOES = (
    "karo, karna, kare, karen, karein, kariye, kijiye, kijie, kijiyega, kariyega, pareshan, tang, करो, करना, "
    "करें, करे, कीजिए, कीजिये, करिए, कीजिएगा, दो, दीजिए, परेशान, तंग, kro, krna"
)
"""Verbs of an order that names the message beside it: `message mat karo`."""
SENT = "bhej, bheja, kar, kiya, भेज, भेजा, कर, किया"
"""Verb forms that order something with `mat` before them; after `nahi` they report something."""
TROUBLES = "disturb, bother, contact, call, spam, ping, pareshan, tang, परेशान, तंग"
"""What else nobody wants from us."""
ANYTHING = "anything, kuch, kuchh, कुछ"
MESSAGES_AS_VERBS = "message, text, msg, sms, call, whatsapp, ping, spam"
"""Verbs, where a negation stands right before them."""

WANTS = (
    "want, wants, wanna, need, wish, like, chahiye, chahie, chaiye, chahiy, chahta, chahti, chahte, चाहिए, "
    "चाहिये, चाहता, चाहती, चाहते"
)
NEGATES = (
    "dont, not, never, no, non, cant, cannot, wont, didnt, doesnt, isnt, without, mat, nahi, nahin, nahee, nhi, "
    "nai, na, naa, मत, नहीं, नही, ना, न, बिना, mt"
)
FORBIDS = "dont, never, mat, मत, mt"
"""Negations of an order, wherever it stands."""
NEGATES_BESIDE = "not, nahi, nahin, nahee, nhi, nai, na, नहीं, नही, ना, न"
"""Negations of an order beside it; elsewhere they are a report."""

ASKS = (
    "later, asking, ask, puchna, poochna, पूछना, "
    "can, could, may, might, should, shall, will, how, why, what, if, type, typing, write, writing, say, "
    "saying, reply, does, did, happens, happen, kya, kaise, kyu, kyun, kyon, agar, likhu, likhun, likhna, "
    "likhne, likhe, likhkar, bolu, bolun, bolne, bolna, bole, kahne, kehne, se, hoga, hogi, honge, karu, "
    "karun, kare, karte, bhejte, sakte, sakta, sakti, ho, क्या, कैसे, क्यों, क्यूं, अगर, लिखूं, लिखना, लिखने, "
    "लिखें, बोलूं, बोलने, बोलना, कहने, से, होगा, होगी, होंगे, करूं, करते, भेजते, सकते, सकता, सकती, हो"
)
"""With one of these it is asked about, not wished."""

REPORTS = "gaya, gayi, gaye, hua, hui, hogaya, tha, thi, got, was, is, has, been, गया, गई, गए, हुआ, हुई, था, थी"
"""With one of these it is told what has happened."""

BEFORE_NOUNS = (
    "the, a, an, my, your, our, this, that, next, last, of, for, at, mera, meri, mere, hamara, hamari, मेरा, "
    "मेरी, मेरे, हमारा, हमारी"
)
"""Right after one of these a word that says stop is a thing."""

COURTESY = (
    "please, pls, plz, plzz, pleas, kindly, thank, thanks, thanku, thankyou, thx, ty, sorry, now, immediately, "
    "today, dear, sir, madam, maam, bro, brother, bhai, bhaiya, didi, ji, hello, hi, hey, team, kripya, krupya, "
    "kripaya, dhanyavad, dhanyavaad, dhanyawad, shukriya, namaste, namaskar, abhi, ab, yaar, कृपया, कृपा, "
    "धन्यवाद, शुक्रिया, नमस्ते, नमस्कार, अभी, अब, जी, भाई, भैया, सर, मैडम, यार, प्लीज, प्लीज़, थैंक्यू, enough"
)
"""Words of politeness and hurry, which change nothing."""
AROUND = (
    "i, im, id, me, we, us, my, you, your, yours, the, it, its, this, these, those, that, them, all, any, every, "
    "such, so, to, from, on, of, for, do, be, am, just, more, anymore, further, again, completely, would, want, "
    "need, like, wish, wanna, have, let, here, mujhe, mujhko, muje, mujhse, hume, hamein, humein, main, mai, "
    "mein, mera, meri, mere, hamara, hamari, aap, aapka, aapke, aapki, aapse, tum, ye, yeh, ise, isko, isse, "
    "sab, sabhi, saare, sare, koi, bhi, ko, ka, ke, ki, pe, par, phir, fir, dobara, kar, karo, kare, karen, "
    "karein, kardo, karna, karne, kariye, kijiye, kijie, kijiyega, dena, de, dijiye, dijie, dijiyega, dedo, "
    "dein, jaye, jao, jana, hu, hun, hoon, मुझे, मुझको, हमें, मैं, में, मेरा, मेरी, मेरे, हमारा, आप, आपका, आपके, "
    "आपकी, आपसे, तुम, ये, यह, इसे, इसको, इस, सब, सभी, सारे, कोई, भी, को, का, के, की, पर, पे, फिर, दोबारा, कर, "
    "करो, करें, करे, करना, करने, कीजिए, कीजिये, करिए, दो, देना, दे, दें, दीजिए, दीजिये, जाए, जाओ, हूं, सारी, लिए, liye, "
    "sari, saari, puri, poori, poora, पूरी, पूरा, kro, krna, kr, krdo, kardena, kardijiye, about"
)
"""Words that carry a sentence and change nothing of it."""
AROUND_STOPS = (
    "ok, okay, okk, enough, receive, receiving, get, getting, number, service, calls, calling, call, contact, "
    "contacting, forever, aana, aane, aaye, nahi, mat, bhejna, bhejne, bhejo, bheje, number, achha, accha, "
    "आना, आने, आए, भेजना, भेजने, नंबर, अच्छा"
)
"""Words that may stand beside a wish that messages stop."""

CANCELS = "cancel, cancell, radd, kansal, रद्द, कैंसल, कैंसिल, कैंसेल"
PASSES = (
    "pass, passes, ticket, tickets, registration, booking, reservation, paas, पास, पासेस, टिकट, पंजीकरण, रजिस्ट्रेशन, बुकिंग"
)
DELETES = (
    "delete, deleted, erase, wipe, forget, remove, hatao, hata, hataiye, hataen, hatayen, mita, mitao, mitaiye, "
    "हटाओ, हटा, हटाएं, हटाइए, हटाये, मिटा, मिटाओ, मिटाएं, मिटाइए, डिलीट, clear"
)
DATA = (
    "data, information, info, details, account, record, records, profile, jankari, jaankari, डेटा, डाटा, "
    "जानकारी, खाता, विवरण, अकाउंट, everything"
)
DELETES_PEOPLE = "delete, erase, forget"
"""Verbs after which `me` is all that is held about me."""
ME = "me, mujhe, मुझे"
