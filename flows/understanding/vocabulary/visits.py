"""The words around days and numbers of people, in every language: doubts, and who comes with whom.

A language is added by adding its words to these tables, as in flows.understanding.vocabulary.
Several words that belong together are one entry.
"""

DENYING = (
    "skip, excluded, exclude, problem, difficult, trouble, unavailable, off, mushkil, मुश्किल, दिक्कत, dikkat, "
    "change, reschedule, badalna, badlo, badal, badle, बदलना, बदलो, बदलें, not, no, never, none, nobody, "
    "neither, nor, without, cannot, cant, dont, wont, isnt, arent, didnt, doesnt, wouldnt, couldnt, shouldnt, "
    "havent, hasnt, hadnt, wasnt, werent, unable, impossible, avoid, leave, instead, busy, cancel, cancelled, "
    "canceled, cancellation, postpone, postponed, shift, already, refund, lost, nahi, nahin, nahee, nai, nhi, "
    "nahi to, na, mat, bina, radd, नहीं, नही, ना, न, मत, बिना, रद्द, बजाय, bajay, ❌, ✖, 👎, 🚫, ⛔"
)
"""What denies the whole of a clause; so does every English word that ends in n't."""

DOUBTING = (
    "maybe, may be, might, perhaps, possibly, probably, tentative, tentatively, unsure, if, unless, depends, "
    "depending, either, otherwise, whether, think, guess, try, was, were, came, went, had, attended, visited, "
    "last, previous, ago, may come, may visit, may go, may bring, may attend, may not, may need, may have, "
    "may reach, may join, shayad, sayad, agar, yadi, ho sake, ho sakta, ho sakta hai, pata nahi, dekhte, tha, "
    "thi, gaya tha, aaya tha, pichhle, pichle, pichla, शायद, अगर, यदि, हो सके, हो सकता, देखते, था, थी, थे, "
    "पिछले, पिछला, beeta, beete, bita, bite, birthday, anniversary, wedding, exam, exams, बीता, बीते, जन्मदिन"
)
"""What makes a whole clause doubtful: it may be so, it was so, or it is so only if."""

ASKING = (
    "what, whats, when, where, which, who, whose, whom, why, how, tell, know, wonder, wondering, enquiry, "
    "inquiry, price, cost, fee, fees, charge, charges, rate, timing, timings, open, opens, opening, closed, "
    "close, closes, closing, holiday, available, availability, allowed, limit, kya, kyaa, kab, kahan, kaha, "
    "kidhar, kaun, kon, kaunsa, konsa, kaunsi, kitna, kitne, kitni, kaise, kese, kaisa, kaisi, kyu, kyun, kyon, "
    "batao, btao, bataiye, bataye, batayen, bataen, puchna, poochna, janna, jankari, khula, khuli, khule, "
    "khulta, khulega, band, bandh, chhutti, क्या, कब, कहाँ, किधर, कौन, कौनसा, कितना, कितने, कितनी, कैसे, कैसा, "
    "कैसी, क्यों, बताओ, बताइए, बताइये, बताएँ, बताना, पूछना, जानना, जानकारी, खुला, खुली, खुले, खुलता, खुलेगा, "
    "बंद, छुट्टी, शुल्क"
)
"""What makes a whole sentence a question, or a wish to know something."""

AUXILIARIES = "is, are, am, can, could, will, would, should, shall, may, do, does, did, has, have"
"""What makes a question before whoever is asked about, anywhere."""
ASKED_OF = (
    "i, we, you, u, it, there, they, he, she, one, anyone, anybody, children, kids, people, guests, visitors, "
    "students, seniors, adults"
)
"""Whoever is asked about."""
BEGINNING_QUESTIONS = "is, are, can, could, shall, does, did, any"
"""What makes a question where a sentence begins with it, whatever follows."""

HARMLESS = (
    "no problem, no problems, no issue, no issues, no worries, no doubt, no of, not only, koi baat nahi, कोई बात नहीं"
)
"""What denies nothing, though a word in it does."""

BEFORE_DOUBTFUL = (
    "earliest, latest, soonest, after, before, till, until, untill, til, by, since, than, least, most, atleast, "
    "atmost, max, maximum, min, minimum, upto, up to, about, around, approx, approximately, roughly, nearly, "
    "almost, over, under, above, below, or, except, excluding, besides, another, extra, additional, some, past, "
    "kam, zyada, jyada, karib, kareeb, lagbhag, ya, करीब, लगभग, कम, ज़्यादा, ज्यादा, अधिक, या, अथवा"
)
"""What makes the day or number after it doubtful."""

AFTER_DOUBTFUL = (
    "earliest, latest, or so, or, ya, onwards, onward, above, plus, more, less, max, maximum, minimum, approx, "
    "bhi, baad, bad, pehle, pahle, pahale, pehele, tak, zyada, jyada, adhik, kam, beech, bich, alawa, siwa, "
    "siway, sivay, chhod, chhodkar, chhod kar, chod, chodkar, hatakar, se, या, भी, बाद, पहले, तक, ज़्यादा, "
    "ज्यादा, अधिक, कम, बीच, अलावा, सिवा, सिवाय, छोड़, छोड़कर, हटाकर, से, अथवा"
)
"""What makes the day or number before it doubtful."""

LEAVING_OUT = "besides, excluding, apart from, minus, alawa, ilawa, अलावा"
"""What leaves somebody out of the number in the same sentence."""
ANOTHER_DAY = (
    "another day, other day, some other day, different day, any other day, another date, other date, different date, "
    "dusre din, doosre din, dusra din, doosra din, kisi aur din, aur kisi din, दूसरे दिन, दूसरा दिन, किसी और दिन"
)
"""With one of these the days that a sentence names are not the one that is wanted."""

MARKING_RANGES = "from, between, beginning, starting"
"""What begins a range: a single day or number after it is doubtful, two are a range."""

ANY_DAY = (
    "anything but, any day but, all but, everything but, the day after, day after, days, dino, दिनों, any, "
    "anyday, anytime, any day, any time, any date, whenever, every, everyday, daily, all days, all day, "
    "all the days, each, both days, weekend, weekends, weekday, weekdays, except, excluding, other than, "
    "next to next, next next, koi bhi, kisi bhi, koi, kisi, kabhi, kabhi bhi, har, roz, rozana, sab din, "
    "sabhi din, dono din, agle se agle, agle ke agle, agle se agla, कोई, किसी, कभी, हर, रोज़, रोज, रोज़ाना, "
    "सब दिन, सभी दिन, दोनों दिन, अगले से अगले, अगले के अगले, अगले से अगला"
)
"""What makes every day in a clause doubtful."""

CLAUSES = "but, lekin, magar, kintu, however, लेकिन, मगर, किंतु"
"""What parts one clause from the next, as a comma does."""

AND = "and, n, &, +, aur, evam, tatha, plus, with, और, व, एवं, तथा, एंड"
"""What puts one day or person beside another."""
TO = "to, till, until, upto, through, thru, se, tak, -, से, तक"
"""What lies between the first and the last of several days."""
EITHER = "or, ya, या, अथवा, /"
"""What lies between two of which one is meant."""

PARTS_OF_DAY = (
    "morning, evening, afternoon, noon, night, eve, subah, savere, sham, shaam, dopahar, dopehar, raat, rat, "
    "सुबह, सवेरे, शाम, दोपहर, रात, am, pm, baje, bje, o'clock, oclock, बजे, hrs"
)
"""Words for a time of the day, which do not change the day."""
HOURS = "am, pm, a.m, p.m, baje, bje, o'clock, oclock, hrs, बजे"
"""What makes the number before it an hour."""
DAYS_LONG = "day, days, din, dino, week, weeks, hafte, month, months, दिन, दिनों, हफ़्ते"
"""How long somebody comes: more than a day."""
LENGTHS = (
    "day, days, din, dino, week, weeks, hafte, month, months, mahine, year, years, yrs, saal, sal, hour, hours, "
    "ghante, minute, minutes, min, mins, km, rs, rupees, rupaye, percent, %, दिन, दिनों, हफ़्ते, महीने, साल, "
    "घंटे, मिनट, किमी, रुपये"
)
"""What makes the number before it neither a day nor a number of people."""

NUMBERED = (
    "room, gate, age, aged, class, house, flat, floor, ward, sector, block, counter, line, table, seat, token, "
    "umar, umra, kamra, उम्र, कमरा, गेट, कक्षा, कक्ष"
)
"""What has a number of its own: the number after it counts nobody."""

ORDINALS = (
    "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, "
    "fourteenth, fifteenth, sixteenth, seventeenth, eighteenth, nineteenth, twentieth, twenty first, "
    "twenty second, twenty third, twenty fourth, twenty fifth, twenty sixth, twenty seventh, twenty eighth, "
    "twenty ninth, thirtieth, thirty first"
)
"""The days of a month in words, in their order."""

BESIDE_ANY_DAY = (
    "hi, hey, hello, ok, okay, yes, sir, madam, mam, ma'am, pls, plz, kindly, we, us, am, are, be, my, our, "
    "planning, plan, go, going, attend, visiting, prefer, preferably, book, register, only, just, itself, then, "
    "a, an, that, this, with, reach, arrive, hum, ham, hee, he, sirf, bas, aana, aa, jana, jaana, rahe, rahi, "
    "raha, hai, hain, hoon, hu, hun, h, aaungi, aayenge, aaenge, aunga, aungi, ayenge, chahte, chahta, chahti, "
    "chahiye, honge, dijiye, kar, karo, do, dijie, karke, ही, हम, आना, जाना, आ, रहे, रही, रहा, हैं, हूँ, सिर्फ, "
    "बस, चाहिए, आएंगे, आयेंगे, आऊँगी, आऊंगी, चाहते, चाहता, चाहती, करो, दीजिए, जी, भाई, bhai, bhaiya, didi"
)
"""More words that may stand beside a day without changing it."""

SELF = "me, i, myself, self, main, mai, khud, मैं, मै, ख़ुद, खुद, स्वयं"
"""Whoever writes, where others are counted beside them."""
ALONE = (
    "nobody but me, no one but me, alone, me alone, just me, only me, me only, just i, only i, just myself, "
    "only myself, myself only, solo, sirf main, sirf mai, bas main, keval main, main hi, akela, akeli, akele, "
    "main akela, main akeli, nobody else, no one else, अकेला, अकेली, अकेले, केवल मैं, सिर्फ मैं, सिर्फ़ मैं, बस मैं, मैं ही"
)
"""Whoever writes, and nobody else."""
PARTY_UNITS = (
    "people, persons, person, pax, ppl, peoples, members, member, guests, guest, visitors, visitor, heads, "
    "family members, family member, of us, souls, entries, seats, log, logo, logon, logg, logo ko, vyakti, jane, "
    "jano, sadasya, nos, pers, prsn, जन, लोग, लोगों, लोगो, व्यक्ति, व्यक्तियों, जने, जनों, सदस्य, सदस्यों, जना"
)
"""What is counted in a party, whoever it is."""
PASSES = "passes, tickets, pass, ticket, entry, पास, टिकट"
"""What counts people where there are several; one of it may be for many."""
ADULTS = (
    "senior citizens, senior citizen, adults, adult, men, man, women, woman, ladies, lady, gents, gent, males, "
    "male, females, female, seniors, senior, bade, bada, badi, vayask, aadmi, admi, aurat, auratein, mahila, "
    "mahilayen, purush, buzurg, grown ups, elders, बड़े, बड़ा, बड़ी, वयस्क, आदमी, औरत, औरतें, महिला, महिलाएँ, "
    "पुरुष, बुज़ुर्ग"
)
CHILDREN = (
    "kids, kid, children, child, childs, childrens, babies, baby, infants, infant, toddlers, toddler, bachche, "
    "bachcha, bacche, baccha, bachchon, bachchi, bachi, bache, bacha, bachha, bachhe, bachho, "
    "bachhi, chhote, बच्चे, बच्चा, बच्चों, बच्ची, बच्चियाँ, "
    "छोटे"
)
"""Words for people who hardly come alone."""
OTHERS = (
    "others, other, more, friends, friend, dost, doston, cousins, relatives, colleagues, neighbours, neighbors, "
    "brothers, sisters, sons, daughters, bhaiyon, behnein, bete, betiyan, students, companions, sathi, saathi, "
    "rishtedar, aur log, दोस्त, दोस्तों, साथी, बेटे, बेटियाँ, रिश्तेदार, और लोग"
)
"""Words for people who come besides the writer."""
ONE_OF_THEM = (
    "wife, husband, spouse, partner, mother, mom, mum, mummy, mumma, father, dad, daddy, papa, brother, sister, "
    "son, daughter, friend, grandmother, grandfather, grandma, grandpa, uncle, aunt, aunty, auntie, cousin, "
    "fiance, fiancee, girlfriend, boyfriend, roommate, colleague, neighbour, baby, kid, child, infant, toddler, "
    "biwi, bivi, patni, pati, maa, ma, mata, pita, beta, beti, behen, bahen, bahan, didi, bhaiya, bhabhi, dadi, "
    "dada, nani, nana, saas, sasur, chacha, chachi, mausi, bua, bachcha, baccha, bachchi, पत्नी, पति, बीवी, माँ, "
    "मां, माता, पिता, पापा, मम्मी, बेटा, बेटी, बहन, दीदी, भैया, भाभी, दादी, दादा, नानी, नाना, सास, ससुर, चाचा, "
    "चाची, मौसी, बुआ, बच्चा, बच्ची"
)
"""Each one person."""
ONE_IF_MINE = "dost, bhai, saathi, sathi, दोस्त, भाई, साथी"
"""One person after `mera`, else perhaps several."""
SPOUSES = "husband, wife, pati, patni, पति, पत्नी"
"""Both of them are a party without whoever writes."""
PARENTS = "parents, grandparents, twins, mata pita, माता पिता"
"""Two of them."""
TWO = (
    "couple, a couple, both, we both, us both, both of us, the two of us, dono, hum dono, ham dono, हम दोनों, दोनों, दंपति"
)
ALL_OF = {3: "teeno, tino, तीनों", 4: "charo, chaaro, चारों", 5: "paancho, panchon, पाँचों"}
"""All three, all four, all five."""
MINE = (
    "my, our, his, her, mera, meri, mere, hamara, hamari, hamare, apna, apni, apne, मेरा, मेरी, मेरे, हमारा, "
    "हमारी, हमारे, अपना, अपनी, अपने"
)
ONE_OF_MINE = "mera, meri, mera ek, ek, a, one, मेरा, मेरी, एक"
GROUPS = "family, group, party, team, batch, parivar, pariwar, परिवार, समूह"
"""What is `of 4`, or `ka 4`."""
TOTAL = (
    "total, in total, in all, altogether, overall, including, incl, included, inclusive, counting, kul, milakar, "
    "milake, mila kar, mila ke, sab milakar, sab mila kar, sab milake, sab mila ke, samet, sahit, कुल, मिलाकर, "
    "सब मिलाकर, समेत, सहित"
)
"""What makes a number the whole."""
WITH = "with, along with, ke saath, ke sath, saath, sath, के साथ, साथ"
WITH_ME = "with me, with us, mere saath, mere sath, hamare saath, hamare sath, मेरे साथ, हमारे साथ"
"""After a number these leave open whether the writer is counted in it."""
BESIDE_PARTIES = (
    "a, an, it, its, it's, mujhe, mujhko, मुझे, number of, that, makes, we're, im, i'm, there, will, be, am, "
    "are, is, hi, hello, sir, madam, ji, pls, plz, please, thanks, also, too, the, and, h, hu, hun, hoon, hai, "
    "hain, ho, honge, hongi, rahe, aaunga, aaungi, aunga, aungi, aayenge, aaenge, ayenge, aa, aana, jayenge, "
    "going, coming, come, visit, for, passes, pass, party, size, number, no of, no, count, people, log, ही, हूँ, "
    "हूं, आऊँगा, आऊंगा, आऊँगी, आऊंगी, रहे, आ, हो, भी"
)
"""More words that may stand beside a number of people without changing it."""
