"""The words of gate commands, in every language, in its own script and in Roman letters."""

SCAN, COUNT, CHECK, FORCE = "scan", "count", "check", "force"
FIND, GATE_COMMAND, EVENT, UNDO, NEW, STATS, VISITOR = "find", "gate", "event", "undo", "new", "stats", "visitor"
SIGN_IN = "sign_in"
PAUSE, RESUME, RELEASE = "pause_entry", "resume_entry", "release"
IN, OUT = "in", "out"
UNCLEAR = "unclear"
"""Passes beside what does not say plainly what is to be done with them."""

COMMAND_WORDS: dict[str, str] = {
    IN: "in, enter, andar, bhitar, andar aaye, अंदर, अन्दर, भीतर, अंदर आए, इन",
    OUT: "out, leave, left, bahar, baahar, bahar gaye, बाहर, बाहर गए, आउट",
    CHECK: "check, look, verify, test, janch, jaanch, jaancho, dekho, dekhen, chek, जाँच, जांच, जाँचो, जाँचें, देखो, देखें, चेक",
    FORCE: (
        "force, overrule, override, jabardasti, zabardasti, aadesh, adesh, aadesh se, ज़बरदस्ती, ज़बर्दस्ती, आदेश, "
        "आदेश से, फ़ोर्स, फोर्स"
    ),
    FIND: (
        "find, search, lookup, look up, khojo, khojen, khoj, dhundo, dhoondo, dhundho, talash, खोज, खोजो, खोजें, "
        "ढूँढो, ढूंढो, ढूँढें, ढूँढ, तलाश, फ़ाइंड, फाइंड"
    ),
    GATE_COMMAND: "gate, my gate, change gate, at gate, get, dwar, gate badlo, गेट, द्वार, मेरा गेट, गेट बदलो, गेट बदलें",
    EVENT: (
        "event, my event, change event, aayojan, ayojan, karyakram, mela, ivent, आयोजन, कार्यक्रम, मेला, इवेंट, "
        "आयोजन बदलो, कार्यक्रम बदलो"
    ),
    UNDO: (
        "undo, take back, undo last, mistake, wapas lo, vapas lo, wapis lo, galti, galat hua, वापस लो, वापस लें, "
        "ग़लती, गलती, गलत हुआ, अनडू"
    ),
    NEW: (
        "new, walk in, walk-in, walkin, walk up, walk-up, walkup, new visitor, naya, nayi, naye, nya, naya aadmi, "
        "naya vyakti, नया, नयी, नई, नए, नया व्यक्ति, नया आगंतुक"
    ),
    STATS: (
        "stats, stat, statistics, figures, numbers, total, how many, ginti, aankde, aankre, ankde, kitne, "
        "kitne aaye, kul, गिनती, आँकड़े, आंकड़े, आँकड़ा, कितने, कितने आए, कुल"
    ),
    VISITOR: (
        "visitor, visitor side, as visitor, i am a visitor, aagantuk, agantuk, vijitar, mehman, आगंतुक, विज़िटर, "
        "विजिटर, मेहमान"
    ),
    SIGN_IN: (
        "sign in, signin, sign-in, log in, login, log-in, sign me in, log me in, log in karo, login karo, "
        "साइन इन, साइनइन, साइन-इन, साइन इन करो, साइन इन करें, लॉग इन, लॉगिन, लॉगइन, लॉग-इन, लॉगिन करो, लॉगिन करें"
    ),
    PAUSE: (
        "pause entry, stop entry, close entry, hold entry, entry pause, entry stop, entry roko, entry band, "
        "entry band karo, pravesh roko, pravesh band, pravesh band karo, प्रवेश रोको, प्रवेश रोकें, प्रवेश रोक दो, "
        "प्रवेश बंद, प्रवेश बंद करो, प्रवेश बंद करें, एंट्री रोको, एंट्री बंद, एंट्री बंद करो"
    ),
    RESUME: (
        "resume entry, start entry, open entry, unpause entry, continue entry, entry resume, entry start, "
        "entry shuru, entry shuru karo, entry chalu, entry chalu karo, entry kholo, pravesh shuru, "
        "pravesh shuru karo, pravesh chalu, pravesh chalu karo, pravesh kholo, प्रवेश शुरू, प्रवेश शुरू करो, "
        "प्रवेश शुरू करें, प्रवेश चालू, प्रवेश चालू करो, प्रवेश खोलो, प्रवेश खोलें, एंट्री शुरू, एंट्री शुरू करो, "
        "एंट्री चालू, एंट्री खोलो"
    ),
    RELEASE: "resume, unpause, release, bahal, bahaal, bahal karo, बहाल, बहाल करो, बहाल करें",
}
"""Words of the gate by command, separated by commas."""

ALSO_NAMES = (
    "test, khoj, talash, get, mela, naya, nayi, naye, nya, kul, bahal, bahaal, खोज, तलाश, मेला, नया, नयी, नई, कुल, बहाल"
)
"""Words of commands with which somebody's name may begin; with more behind them they are no command in a question."""

ONLY_BEFORE = "left, leave"
"""Words of commands that mean something else behind a code: `CODE 2 left`."""

BESIDE_COUNTS = "x, ×, *, only, just, keval, sirf, केवल, सिर्फ, सिर्फ़"
"""Words that may stand beside the number of people."""
