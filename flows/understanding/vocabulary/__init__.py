"""The words that flows understand, in every language, in its own script and in Roman letters.

A language is added by adding its words to these tables. Each word is written as people write it;
`flows.understanding` compares without case, accents of Devanagari, punctuation and emphasis.
"""

COMMANDS: dict[str, str] = {
    "back": "back, go back, previous, पीछे, वापस, पिछला, peeche, piche, pichhe, wapas, vapas, wapis",
    "restart": (
        "restart, start over, start again, reset, फिर से, फिर से शुरू, फिर से शुरू करें, दोबारा शुरू करें, "
        "नए सिरे से, phir se, fir se, phir se shuru, dobara shuru, shuru se"
    ),
    "stop": (
        "stop, unsubscribe, stop all, opt out, optout, quit, exit, end, बंद, बंद करो, बंद करें, बंद करिए, "
        "रोको, स्टॉप, band, band karo, roko"
    ),
    "start": (
        "start, resume, unstop, शुरू, शुरू करें, शुरू करो, चालू, चालू करें, shuru, shuru karo, shuru kare, chalu, chalu karo"
    ),
    "help": "help, info, मदद, सहायता, मदद करें, मदद चाहिए, madad, madat, sahayata, madad chahiye, ?",
    "language": ("language, languages, change language, lang, भाषा, भाषा बदलें, भाषा बदलो, bhasha, bhasa, bhasha badlo"),
    "menu": "menu, main menu, options, मेनू, मेन्यू, मीनू, menyu, vikalp, विकल्प",
    "hi": (
        "hi, hii, hiii, hello, helo, hey, hy, hlo, good morning, good afternoon, good evening, namaste, "
        "namaskar, namasthe, ram ram, नमस्ते, नमस्कार, हाय, हेलो, हैलो, राम राम, प्रणाम, pranam, 👋, 🙏"
    ),
    "my_pass": (
        "my pass, my passes, mypass, pass, show pass, show my pass, send my pass, my ticket, resend pass, "
        "मेरा पास, मेरे पास, पास, पास दिखाओ, पास दिखाएँ, मेरा पास भेजें, mera pass, mera paas, mere pass, "
        "pass dikhao, pass bhejo, mera pass bhejo"
    ),
    "my_data": (
        "my data, mydata, my information, what do you know about me, मेरा डेटा, मेरी जानकारी, mera data, meri jankari"
    ),
    "delete_data": (
        "delete my data, delete data, erase my data, forget me, delete me, मेरा डेटा हटाएँ, मेरा डेटा हटाओ, "
        "मेरी जानकारी हटाएँ, मेरी जानकारी हटाओ, mera data hatao, mera data delete karo, meri jankari hatao"
    ),
    "change": (
        "change, change pass, change my pass, change date, change day, edit, modify, reschedule, बदलें, "
        "बदलो, बदलना, पास बदलें, पास बदलो, तारीख बदलें, दिन बदलें, badlo, badle, badlen, badalna, "
        "pass badlo, tarikh badlo, din badlo"
    ),
    "cancel": ("cancel, रद्द, रद्द करें, रद्द करो, radd, radd karo, radd kare, cancel karo, cancel kare, कैंसल, कैंसिल"),
    "cancel_pass": (
        "cancel pass, cancel my pass, cancel the pass, cancel ticket, cancel registration, पास रद्द, "
        "पास रद्द करें, पास रद्द करो, मेरा पास रद्द करें, पास कैंसल करें, pass radd karo, pass radd kare, "
        "pass cancel karo, pass cancel"
    ),
    "register": (
        "register, registration, register me, new registration, book, booking, get pass, get a pass, "
        "new pass, पंजीकरण, पंजीकरण करें, रजिस्टर, रजिस्टर करें, रजिस्ट्रेशन, नया पास, पास चाहिए, "
        "panjikaran, panjikaran karo, register karo, naya pass, pass chahiye, pass banao"
    ),
    "someone_else": (
        "register someone else, someone else, register another, register other, register for someone else, "
        "another person, register a friend, किसी और, किसी और के लिए, किसी और का पंजीकरण, "
        "किसी और का पंजीकरण करें, दूसरे के लिए, kisi aur, kisi aur ke liye, kisi aur ka, "
        "kisi aur ka panjikaran, dusre ke liye"
    ),
    "resend": (
        "resend, new code, send again, send code again, resend code, resend otp, नया कोड, फिर से भेजें, "
        "फिर भेजें, दोबारा भेजें, naya code, dobara bhejo, phir se bhejo, fir se bhejo, code dobara bhejo"
    ),
}
"""Command words by command, separated by commas."""

YES = (
    "yes, y, yeah, yea, yep, yup, ya, ok, okay, okey, k, sure, agree, i agree, agreed, confirm, confirmed, "
    "correct, done, right, perfect, proceed, go ahead, yes please, yess, haan, haanji, haan ji, han, hanji, "
    "han ji, ha, haa, haji, ha ji, ji, ji haan, ji han, ji ha, theek, theek hai, thik, thik hai, tik hai, "
    "sahi, sahi hai, manjoor, manzoor, bilkul, zaroor, kar do, kar dijiye, हाँ, हा, हाँजी, हाँ जी, हा जी, जी, "
    "जी हाँ, जी हा, ठीक, ठीक है, सही, सही है, मंज़ूर, सहमत, मैं सहमत हूँ, बिल्कुल, ज़रूर, ओके, 👍, 👌, ✅, ✔, ☑, "
    "💯"
)
"""What says yes."""

NO = (
    "no, n, nope, nah, not, not now, no thanks, disagree, i disagree, wrong, incorrect, not correct, nahi, nahin, "
    "nahee, nai, nhi, na, naa, nah ji, nahi ji, ji nahi, ji nahin, mat, galat, नहीं, नही, ना, न, जी नहीं, "
    "जी नही, नहीं जी, मत, गलत, ग़लत, असहमत, नो, 👎, ❌, ✖, 🚫"
)
"""What says no."""

SKIP = (
    "skip, skip it, pass on, none, nothing, no answer, leave, na, n/a, -, --, chhodo, chhoden, chodo, "
    "chhod do, aage, aage badho, rehne do, छोड़ें, छोड़ो, छोड़ दें, छोड़ दो, आगे, आगे बढ़ें, रहने दें, "
    "रहने दो, कुछ नहीं, स्किप"
)
"""What leaves an optional question out."""

POLITE = (
    "bye, goodbye, welcome, good, nice, great, very, much, so, you, night, day, morning, evening, afternoon, "
    "bahut, alvida, shubh, अलविदा, बहुत, शुभ"
)
"""Words of greetings and thanks, besides those of flows.understanding.vocabulary.intents."""

ABOUT_PASSES = (
    "pass, passes, ticket, tickets, entry, register, registration, booking, visit, come, coming, paas, aana, "
    "panjikaran, पास, टिकट, प्रवेश, पंजीकरण, रजिस्ट्रेशन, आना"
)
"""With one of these a first message that is no question is taken for the wish for a pass."""

NEGATIONS = (
    "no, not, dont, never, without, cant, cannot, isnt, except, but, other, besides, instead, lekin, alawa, "
    "chhodkar, अलावा, छोड़कर, nahi, nahin, nhi, nai, mat, na, naa, bina, "
    "नहीं, नही, ना, न, मत, बिना"
)
"""Beside one of these a name among other words is not chosen."""

BESIDE_CHOICES = (
    "please, pls, plz, in, by, the, a, an, i, we, am, want, prefer, choose, option, only, my, is, it, its, "
    "for, of, with, will, would, like, me, mein, m, main, mujhe, mai, hum, se, ko, ka, ki, ke, ji, chahiye, "
    "hai, h, wala, wali, bolo, baat, karo, karen, kare, kar, do, dijiye, thanks, thank, you, fine, ok, lets, "
    "let's, language, bhasha, chalegi, chalega, thik, theek, continue, भाषा, चलेगी, चलेगा, ठीक, "
    "में, मैं, मुझे, से, को, का, की, के, जी, चाहिए, है, वाला, वाली, बोलो, बात, करो, करें, कर, दो, "
    "दीजिए, कृपया"
)
"""Words that may stand beside the name of a choice without changing it."""

NUMBERS: tuple[str, ...] = (
    "zero, शून्य, shunya",
    ("one, एक, ek, single, just me, only me, sirf main, akela, akeli, अकेला, अकेली, केवल मैं, सिर्फ मैं, मैं अकेला, myself"),
    "two, दो, do",
    "three, तीन, teen, tin",
    "four, चार, char, chaar",
    "five, पांच, पाँच, paanch, panch, paanc",
    "six, छह, छः, छ, छे, chhah, chah, chhe, cheh, chhai",
    "seven, सात, saat",
    "eight, आठ, aath, aat",
    "nine, नौ, nau",
    "ten, दस, das, dus",
    "eleven, ग्यारह, gyarah, gyara",
    "twelve, बारह, barah, bara",
    "thirteen, तेरह, terah",
    "fourteen, चौदह, chaudah",
    "fifteen, पंद्रह, पन्द्रह, pandrah",
    "sixteen, सोलह, solah",
    "seventeen, सत्रह, satrah",
    "eighteen, अठारह, atharah",
    "nineteen, उन्नीस, unnis",
    "twenty, बीस, bees",
)
"""Number words, each at the place of its value."""

PEOPLE = (
    "people, persons, person, pax, members, member, guests, guest, visitors, visitor, adults, adult, kids, "
    "kid, children, child, friends, log, logo, logon, logo ko, logg, vyakti, jane, bachche, bachcha, bacche, "
    "लोग, लोगों, लोगो, व्यक्ति, व्यक्तियों, जन, जने, जनों, सदस्य, सदस्यों, बच्चे, बच्चों, बच्चा"
)
"""What is counted in a party: a number before one of these is a number of people."""

ALONE = "single, akela, akeli, अकेला, अकेली, myself"
"""Words of these that count the writer."""

BESIDE_PLACES = (
    "option, number, no, choice, choose, #, the, please, pls, plz, ji, vikalp, wala, wali, विकल्प, नंबर, नम्बर, "
    "वाला, वाली, जी"
)
"""Words that may stand beside the number of a choice without changing it."""

BESIDE_NUMBERS = (
    "option, number, #, vikalp, विकल्प, नंबर, नम्बर, we, are, us, of, only, just, total, in, all, will, be, "
    "come, coming, i, need, want, passes, tickets, for, please, the, hum, ham, hain, hai, sirf, bas, kul, "
    "aayenge, aaenge, honge, ke, ka, ki, liye, pass, chahiye, ji, हम, हैं, है, सिर्फ, केवल, बस, कुल, आएंगे, "
    "आएँगे, होंगे, के, का, की, लिए, पास, चाहिए, जी"
)
"""Words that may stand beside a number without changing it."""

RELATIVE_DAYS: dict[int, str] = {
    -1: "yesterday",
    0: "today, aaj, aj, आज, todays, tonight",
    1: "tomorrow, tommorow, tomorow, tommorrow, tmrw, tmr, tmw, kal, kall, कल",
    2: (
        "day after tomorrow, day after tmrw, day after tmr, day after tommorow, day after tomorow, overmorrow, "
        "parso, parson, parsu, परसों, परसो"
    ),
}
"""Words for days by their distance from today. `kal` and `parso` look forward here: nobody visits yesterday."""

WEEKDAYS: tuple[str, ...] = (
    "monday, somvar, somvaar, somwar, somwaar, सोमवार",
    "tuesday, mangalvar, mangalvaar, mangalwar, mangalwaar, मंगलवार",
    "wednesday, budhvar, budhvaar, budhwar, budhwaar, बुधवार",
    (
        "thursday, guruvar, guruvaar, guruwar, guruwaar, brihaspativar, brihaspativaar, veervar, veervaar, "
        "virvar, गुरुवार, गुरूवार, बृहस्पतिवार, वीरवार"
    ),
    "friday, shukravar, shukravaar, shukrawar, shukrvar, shukrvaar, shukrawaar, शुक्रवार, jumma",
    "saturday, shanivar, shanivaar, shaniwar, shaniwaar, sanivar, sanichar, shanichar, शनिवार, शनिचर",
    "sunday, ravivar, ravivaar, raviwar, raviwaar, itvar, itvaar, itwar, itwaar, रविवार, इतवार",
)
"""Names of weekdays, Monday first."""

SHORT_WEEKDAYS: tuple[str, ...] = (
    "mon, som, सोम",
    "tue, tues, mangal, मंगल",
    "wed, weds, budh, बुध",
    "thu, thur, thurs, guru, गुरु",
    "fri, shukra, शुक्र",
    "sat, shani, शनि",
    "sun, ravi, रवि",
)
"""Short forms of the weekdays. They are also other words, so they are read only where a day is asked."""

MONTHS: tuple[str, ...] = (
    "january, jan, जनवरी, जन, janvari, janwari, januari",
    "february, feb, फरवरी, फ़रवरी, फर, farvari, farwari, february",
    "march, mar, मार्च",
    "april, apr, अप्रैल, aprail",
    "may, मई, mai",
    "june, jun, जून",
    "july, jul, जुलाई, julai",
    "august, aug, अगस्त, अग, agast",
    "september, sep, sept, सितंबर, सितम्बर, sitambar",
    "october, oct, अक्टूबर, अक्तूबर, aktubar, aktoobar",
    "november, nov, नवंबर, नवम्बर, navambar",
    "december, dec, दिसंबर, दिसम्बर, disambar",
)
"""Names of months, January first."""

THIS = "this, is, coming, इस, isi, aane wale, आने वाले"
NEXT = "next, agle, agla, agali, aglay, अगले, अगला"
DAY_OF_MONTH = "th, st, nd, rd, tarikh, tareekh, taareekh, तारीख, तारीख़, date, of this month, this month"
"""What makes a number before it a day of the month."""

BESIDE_DAYS = (
    "on, for, the, of, at, in, i, will, come, coming, want, would, like, to, visit, please, day, date, it, "
    "is, ko, ke, ka, ki, liye, din, me, mein, wale, wala, main, mai, aaunga, aaungi, aayenge, ji, hai, को, "
    "के, का, की, लिए, दिन, में, वाले, वाला, मैं, हम, आऊंगा, आऊँगा, आऊंगी, आएंगे, आएँगे, जी, है"
)
"""Words that may stand beside a day without changing it."""

ALSO_CALLED: dict[str, str] = {
    "English": "angrezi, angreji, inglish, अंग्रेज़ी, अंग्रेजी, इंग्लिश, इंगलिश",
    "हिन्दी": "hindi, hindee",
}
"""Other names of options that go by one: the languages, as other languages call them."""
