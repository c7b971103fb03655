"""The words of yes and no, in every language.

What is a yes or a no by itself stands in flows.understanding.vocabulary; these say what may stand beside it.
"""

ONE_WORD: dict[str, str] = {
    "go ahead": "proceed",
    "of course": "proceed",
    "all good": "correct",
    "looks good": "correct",
    "sounds good": "correct",
    "kar do": "kardo",
    "kar den": "kardo",
    "kar dijiye": "kardo",
    "kar dijie": "kardo",
    "कर दो": "kardo",
    "कर दें": "kardo",
    "कर दीजिए": "kardo",
    "do not": "dont",
    "did not": "dont",
    "not ok": "notok",
    "not okay": "notok",
}
"""Phrases, and the word that each is read as."""

YES = (
    "yes, y, yeah, yea, yep, yup, ok, okay, okey, k, sure, proceed, kardo, bilkul, zaroor, jaroor, ha, haa, han, "
    "haan, hn, haji, hanji, haanji, हां, हा, हांजी, हाजी, बिल्कुल, बिलकुल, ज़रूर, ओके, यस, 👍, 👌, ✅, ✔, ☑, 💯, "
    "absolutely, definitely"
)
"""A yes that nothing but a no takes back."""
AGREES = (
    "agree, agreed, confirm, confirmed, accept, accepted, manjoor, manzoor, sahmat, manjur, manzur, मंजूर, सहमत, "
    "correct, right, done, fine, perfect, sahi, theek, thik, teek, tik, ठीक, सही, पक्का, pakka, okay"
)
"""Words that agree, and with a negation refuse."""
CONFIRMS = "agree, agreed, confirm, confirmed, accept, accepted, manjoor, manzoor, manjur, manzur, sahmat, मंजूर, सहमत"
"""Words of these that agree to what is asked, whatever it is called beside them."""
MENDS = "correct, right, sahi, theek, thik, teek, tik, ठीक, सही"
ASKS = "are, is, do, does, did, can, shall, should, will, would, kya, क्या"
"""Words with which a question begins."""
NOTHING = "kuch, कुछ"
"""With a no beside it: there is nothing to say."""
MENDED = "it, this, that, the, my, kar, karo, karna, kare, karen, kardo, kijiye, kariye, कर, करो, करना, करें, कीजिए"
"""After one of the words before, these ask that something be put right."""
NO = (
    "no, nope, nah, nahi, nahin, nahee, nhi, nai, na, naa, mat, disagree, notok, नहीं, नही, ना, न, मत, नो, "
    "असहमत, 👎, ❌, ✖, 🚫"
)
BEGS = "na, ना, न"
"""Words of these that ask for a yes at the end: `sahi hai na`."""
NEGATES = "not, dont, cant, wont, never, isnt, arent"
"""Says no of the word after it alone."""
WRONG = "wrong, incorrect, galat, ग़लत, गलत"
FAULTS = "mistake, error, galti, गलती, ग़लती"
"""Things of which there may be none."""
CHANGES = "change, correct, edit, update, badlo, badalna, badalni, badal, बदलो, बदलना, बदलनी, बदल"
"""What a no at the beginning asks for."""
ANSWERS = (
    "date, day, name, number, people, city, detail, details, info, information, spelling, phone, din, tarikh, "
    "tareekh, naam, log, shahar, jankari, दिन, तारीख, नाम, लोग, शहर, नंबर, जानकारी, संख्या, of"
)
"""What may be wrong, and changed."""

BESIDE = (
    "please, pls, plz, thank, thanks, thankyou, you, thx, sir, madam, maam, bhai, bhaiya, didi, ji, i, we, me, "
    "am, are, is, it, its, this, that, thats, all, everything, every, the, my, a, an, do, very, absolutely, "
    "so, just, details, detail, info, information, looks, there, mera, meri, mujhe, main, mai, hum, ye, yeh, "
    "sab, sabkuch, kuch, sara, sari, saari, jankari, ekdum, bilkul, hai, hain, he, h, hun, hu, hoon, to, toh, "
    "hi, bhi, kar, karo, karna, karni, karen, karein, kare, kariye, kijiye, kijie, do, dijiye, chahiye, "
    "dhanyavad, dhanyavaad, dhanyawad, shukriya, kripya, जी, है, हैं, सब, सबकुछ, कुछ, ये, यह, सारी, जानकारी, "
    "मेरा, मेरी, मुझे, मैं, हम, एकदम, तो, भी, ही, कर, करो, करना, करें, करे, कीजिए, दो, दीजिए, हूं, धन्यवाद, "
    "शुक्रिया, कृपया, चाहिए"
)
"""Words that may stand beside a yes or a no without changing it."""
REGISTERING = (
    "register, registration, registered, book, booking, pass, passes, ticket, give, get, make, issue, send, "
    "banao, bana, bhejo, bhej, panjikaran, रजिस्टर, रजिस्ट्रेशन, पंजीकरण, पास, बना, बनाओ, बनाइए, भेजो, भेज, "
    "भेजिए"
)
"""Beside a yes where a registration is agreed to."""
CANCELLING = "cancel, cancell, pass, ticket, radd, paas, रद्द, कैंसल, कैंसिल, पास"
DELETING = (
    "delete, erase, remove, data, hatao, hata, mitao, mita, jankari, हटा, हटाओ, मिटा, मिटाओ, डिलीट, डेटा, डाटा, जानकारी"
)
