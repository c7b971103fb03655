"""The words around names, in every language."""

ALSO_NAMES = "manzoor, manjoor, manzur, manjur, han, ya, sahi, haji, mat, मंज़ूर, हान, सही, हाजी"
"""Words for yes and no by which people are called as well."""

NUMBERS_TOO = "das"
"""Numbers by which people are called."""

NEVER = (
    "what, when, where, why, which, whose, whom, wat, please, plz, pls, thanks, thank, thankyou, thx, sorry, "
    "not, dont, cant, wrong, correct, already, register, registered, registration, want, need, same, another, "
    "other, change, name, names, fee, price, ticket, tickets, pass, parking, spelled, spelling, mistake, "
    "whats, wheres, tell, later, anything, nothing, nobody, someone, skip, kya, kyaa, kab, kahan, kaha, kaise, "
    "kitna, kitne, kitni, kyu, kyun, kyon, kaun, kon, kis, konsa, kaunsa, chahiye, naam, nahi, nahin, badalna, "
    "badlo, galat, dhanyavad, dhanyavaad, dhanyawad, shukriya, kripya, pata, likhu, likhna, batao, bataiye, "
    "batata, batati, likho, likhiye, likhdo, doesnt, लिखो, लिखिए, "
    "karna, aana, aaunga, aaungi, bhejo, chahta, chahti, baad, क्या, कब, कहां, कैसे, कितना, "
    "कितने, कितनी, क्यों, कौन, किस, चाहिए, नाम, नहीं, नही, बदलना, बदलो, गलत, धन्यवाद, शुक्रिया, कृपया, पता, "
    "लिखूं, बताओ, बताइए, करना, बाद, टिकट, पास"
)
"""With one of these a text is no name."""

SELDOM = (
    "i, im, you, your, we, me, my, is, are, am, was, will, can, do, does, did, have, has, this, that, it, its, "
    "and, or, to, the, in, on, at, of, for, from, with, use, give, going, coming, come, here, there, day, today, "
    "tomorrow, time, how, who, hurry, up, sir, madam, yes, yeah, ok, okay, right, sure, done, event, open, "
    "opens, closed, people, persons, person, kids, adults, free, entry, hai, hain, ho, hu, hun, hoon, h, ka, ki, "
    "ke, ko, se, mein, mera, meri, mere, mujhe, main, mai, hum, aap, aapka, log, logo, ye, yeh, kal, aaj, aur, "
    "bahut, bhi, है, हैं, हो, हूं, का, की, के, को, से, में, मेरा, मेरी, मेरे, मुझे, मैं, हम, आप, लोग, ये, यह, "
    "कल, आज, और, बहुत, भी, above, below, one, next, wait, minute, second, lol, haha, nice, cool, help, busy, "
    "call, ready, interested, late, lost, confused, alone, visitor, student, teacher, wife, husband, father, "
    "mother, son, daughter, friend, whatsapp, but, "
    "hindi, english, bolo, हिंदी, अंग्रेज़ी, बोलो, matter, kuch, yahi, yehi, wahi, pati, patni, beta, beti, dost, bhejna, "
    "यही, वही, कुछ, पति, पत्नी, बेटा, बेटी, दोस्त"
)
"""Two of these, or nothing else, and a text is no name: one alone may be part of one."""

LABELS: dict[str, str] = {
    "full_name": "name, full name, my name, your name, naam, poora naam, pura naam, नाम, पूरा नाम, मेरा नाम",
    "visit_date": (
        "date, day, visit date, visiting date, date of visit, tarikh, tareekh, taarikh, din, तारीख, दिन, तारीख़"
    ),
    "party_size": (
        "people, persons, person, members, member, pax, visitors, guests, headcount, party size, party, "
        "no of people, number of people, no of persons, number of persons, total people, total persons, log, "
        "kitne log, kul log, sadasya, लोग, कुल लोग, कितने लोग, व्यक्ति, सदस्य, संख्या"
    ),
    "city": "city, town, place, from, shahar, sheher, शहर, स्थान",
    "": (
        "phone, mobile, mobile no, mobile number, phone number, contact, whatsapp, number, age, gender, email, mail, "
        "address, purpose, time, event, pata, umar, मोबाइल, फोन, फ़ोन, उम्र, पता, ईमेल, समय"
    ),
}
"""What people call the answers in a form that they fill in themselves, by the step; the last are none of ours."""
