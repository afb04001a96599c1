"""Templates with other names, in languages whose capitals do not mark names: the frames agree."""

# ruff: noqa: E501, ISC004
from __future__ import annotations

import random

import pytest

from streams.detection.judge.fact_counts import compare_facts
from streams.detection.sketch.frames import FRAME
from streams.detection.sketch.sketches import sketch_texts
from tests.detection.newsroom import Desk, article

# {a}: a company, {b}: a person, {c}: a town.
RELEASES = {
    "German": (
        "{a} hat die Übernahme eines Lagerhauses in {c} abgeschlossen und will dort noch in diesem "
        "Jahr mehr als hundert Stellen schaffen. „Wir freuen uns, dass wir mit den Beschäftigten "
        "und ihren Familien einen Weg gefunden haben“, sagte {b}, der die Geschäfte von {a} seit dem "
        "Frühjahr leitet. Die Stadt hatte zuvor lange um das Gelände am Hafen gestritten, weil es "
        "auch für Wohnungen vorgesehen war. Nun soll es nach den Plänen von {a} zu einem Zentrum für "
        "Ersatzteile werden, von dem aus Werkstätten in {c} und in der ganzen Region beliefert "
        "werden. {b} kündigte an, dass die Arbeiten nach dem Sommer beginnen.",
        ("Brückner Logistik", "Karin Ostermann", "Bremerhaven"),
        ("Falkenried", "Jürgen Pauli", "Regensburg"),
    ),
    "Chinese": (
        "{a}宣布，公司已经完成对{c}一座仓库的收购，并且将在今年为当地创造一百多个就业岗位。“我们很高兴能够与员工以及他们"
        "的家人找到一条共同的道路。”自春天起负责{a}业务的{b}说。此前，这座城市曾经就码头旁的土地争论了很长时间，因为它原本"
        "是为住宅准备的。现在根据{a}的计划，这里将成为一个零件中心，向{c}和整个地区的修理厂供货。{b}表示，工程将在夏天之后"
        "开始，所有的手续都已经办好。",
        ("远帆物流", "陈晓梅", "青岛"),
        ("金松货运", "赵强", "合肥"),
    ),
    "Japanese": (
        "{a}は、{c}にある倉庫の買収を完了し、年内に百人以上の雇用を生み出すと発表した。「従業員とその家族と共に歩む道を見つける"
        "ことができてうれしく思います」と、春から{a}の事業を率いる{b}氏は述べた。この町では、住宅のために用意されていた港の"
        "土地をめぐって長い間議論が続いていた。{a}の計画によれば、ここは部品の拠点となり、{c}と地域全体の修理工場に品物が届け"
        "られる。{b}氏は、工事は夏の後に始まると話している。",
        ("北洋運輸", "佐藤明美", "函館"),
        ("ヤマギシ商会", "田中一郎", "長崎"),
    ),
    "Arabic": (
        "أعلنت شركة {a} أنها أكملت شراء مستودع في {c} وأنها ستوفر هناك أكثر من مئة فرصة عمل قبل نهاية هذا "
        "العام. وقال {b} الذي يدير أعمال {a} منذ الربيع إن الشركة سعيدة بأنها وجدت مع العاملين ومع عائلاتهم "
        "طريقا إلى المستقبل. وكانت المدينة قد شهدت قبل ذلك خلافا طويلا حول هذه الأرض التي تقع عند الميناء لأنها "
        "كانت مخصصة للسكن. وبحسب خطة {a} سوف يصبح المكان مركزا لقطع الغيار التي تصل منه إلى الورش في {c} وفي كل "
        "المنطقة. وأضاف {b} أن العمل سوف يبدأ بعد الصيف.",
        ("النورس", "سامي الحداد", "اللاذقية"),
        ("واحة الخليج", "ليلى منصور", "صلالة"),
    ),
    "Hebrew": (
        "חברת {a} הודיעה היום כי השלימה את רכישת המחסן ב{c} וכי היא תעסיק שם יותר ממאה עובדים עד סוף השנה. "
        "{b}, אשר מנהל את {a} מאז האביב, אמר כי הוא שמח על כך שנמצאה דרך עם העובדים ועם משפחותיהם. לפני כן היה "
        "בעיר ויכוח על השטח ליד הנמל, כי הוא היה מיועד גם למגורים. לפי התוכנית של {a} יהיה שם מרכז לחלקי חילוף, "
        "אשר ישרת את המוסכים ב{c} ואת כל האזור. {b} הוסיף כי העבודה תתחיל אחרי הקיץ, וכי כל האישורים כבר ניתנו.",
        ("גלי שחר", "נועה ברק", "אשדוד"),
        ("אורן מובילים", "יוסף דיין", "עפולה"),
    ),
    "Hindi": (
        "{a} ने कहा है कि उसने {c} में एक गोदाम की खरीद पूरी कर ली है और वह इस साल के अंत तक वहां सौ से अधिक लोगों को "
        "काम देगी। वसंत से {a} का कारोबार देख रहे {b} ने कहा कि उन्हें खुशी है कि कर्मचारियों और उनके परिवारों के साथ "
        "एक रास्ता निकल आया है। इससे पहले शहर में बंदरगाह के पास की इस जमीन को लेकर लंबे समय तक विवाद रहा था, "
        "क्योंकि वह घरों के लिए रखी गई थी। {a} की योजना के अनुसार अब यह पुर्जों का केंद्र होगा, जहां से {c} और पूरे "
        "इलाके की दुकानों को सामान मिलेगा। {b} ने बताया कि काम गर्मी के बाद शुरू होगा।",
        ("सूर्या परिवहन", "मीना कुलकर्णी", "कोच्चि"),
        ("नवदीप", "राजेश यादव", "विशाखापत्तनम"),
    ),
    "Persian": (
        "شرکت {a} اعلام کرد که خرید یک انبار در {c} را به پایان رسانده است و تا پایان سال در آنجا برای بیش از صد نفر "
        "کار ایجاد خواهد کرد. {b} که از بهار مدیر {a} است گفت خوشحال است که با کارکنان و خانواده‌های آنها راهی پیدا شده "
        "است. پیش از این در شهر بر سر این زمین که در کنار بندر است بحث بود، زیرا آن را برای خانه نیز در نظر گرفته "
        "بودند. بنا بر برنامه {a} این محل مرکزی برای قطعات خواهد شد که به تعمیرگاه‌های {c} و همه منطقه می‌رسد. {b} افزود که "
        "کار پس از تابستان آغاز می‌شود.",
        ("کاروان شمال", "مریم صادقی", "بوشهر"),
        ("پیشرو", "رضا کاظمی", "چابهار"),
    ),
    "Georgian": (
        "{a} ხუთშაბათს განაცხადა, რომ ივნისის ბოლოს დახურავს ჩამოსასხმელ ქარხანას {c} და სამუშაოს "
        "უფრო დიდ ადგილზე გადაიტანს. იქ დაახლოებით 312 ადამიანი მუშაობს და მათგან 84-ს სხვა "
        "ადგილას შესთავაზეს სამუშაო. მენეჯერმა {b} თქვა, რომ ეს გადაწყვეტილება რთული იყო, მაგრამ "
        "აუცილებელი, რადგან ძველი შენობა უკვე აღარ იყო საკმარისი. {a} ყველას გადაუხდის "
        "კომპენსაციას და მოიწვევს {c} მცხოვრებლებს, თქვა {b}.",
        ("მთის წყარო", "ნიკა ბერიძე", "ზუგდიდში"),
        ("ცივი წყალი", "ანა გელაშვილი", "ქუთაისში"),
    ),
    "Tamil": (
        "{a} நிறுவனம் வியாழக்கிழமை கூறியது, ஜூன் மாத இறுதியில் {c} நகரில் உள்ள ஆலையை மூடி, வேலையை "
        "ஒரு பெரிய இடத்திற்கு மாற்றும் என்று. அங்கு சுமார் 312 பேர் வேலை செய்கிறார்கள், அவர்களில் "
        "84 பேருக்கு வேறு இடத்தில் வேலை வழங்கப்பட்டது. மேலாளர் {b} இந்த முடிவு கடினமானது ஆனால் "
        "தேவையானது என்று கூறினார், ஏனெனில் பழைய கட்டிடம் போதாது. {a} அனைவருக்கும் இழப்பீடு "
        "வழங்கும் என்றும் {c} மக்களை அழைக்கும் என்றும் {b} கூறினார்.",
        ("மலை நீர்", "குமார் ராஜன்", "சேலம்"),
        ("பச்சை வயல்", "மீனா சுந்தரம்", "மதுரை"),
    ),
    "Telugu": (
        "{a} సంస్థ గురువారం జూన్ చివరిలో {c} లోని కర్మాగారాన్ని మూసివేసి పనిని పెద్ద ప్రదేశానికి "
        "మారుస్తుందని తెలిపింది. అక్కడ సుమారు 312 మంది పనిచేస్తున్నారు, వారిలో 84 మందికి వేరే చోట "
        "పని ఇవ్వబడింది. మేనేజర్ {b} ఈ నిర్ణయం కష్టమైనది కానీ అవసరమని చెప్పారు, ఎందుకంటే పాత భవనం "
        "సరిపోదు. {a} అందరికీ పరిహారం ఇస్తుందని మరియు {c} ప్రజలను ఆహ్వానిస్తుందని {b} చెప్పారు.",
        ("కొండ నీరు", "రవి కుమార్", "వరంగల్"),
        ("పచ్చ పొలం", "లక్ష్మి దేవి", "నెల్లూరు"),
    ),
    "Amharic": (
        "{a} ሐሙስ ዕለት እንደተናገረው በሰኔ ወር መጨረሻ በ{c} የሚገኘውን ፋብሪካ ይዘጋል እና ሥራውን ወደ ትልቅ ቦታ ያዛውራል። እዚያ ወደ "
        "312 ሰዎች ይሠራሉ ከእነርሱም 84 ሰዎች በሌላ ቦታ ሥራ ቀርቦላቸዋል። ሥራ አስኪያጅ {b} ውሳኔው ከባድ ነበር ነገር ግን አስፈላጊ ነበር "
        "ብለዋል ምክንያቱም አሮጌው ሕንፃ በቂ አልነበረም። {a} ለሁሉም ካሳ ይከፍላል እና የ{c} ነዋሪዎችን ይጋብዛል ሲሉ {b} ተናግረዋል።",
        ("የተራራ ውሃ", "አበበ ከበደ", "ጎንደር"),
        ("አረንጓዴ መስክ", "ሰላም ታደሰ", "አዳማ"),
    ),
}  # fmt: skip


def release(language: str, which: int) -> str:
    text, *names = RELEASES[language]
    return text.format(**dict(zip("abc", names[which], strict=True)))


def edited_words(language: str, share: float, seed: int) -> str:
    """The first release, with runs of words replaced by words of the others' languages."""
    chance, unspaced = random.Random(seed), language in ("Chinese", "Japanese")
    told, foreign = release(language, 0), release(language, 1)[::-1]
    words = list(told) if unspaced else told.split()
    others = list(foreign) if unspaced else sorted(foreign.split())
    done = 0
    while done < share * len(words):
        run = chance.randint(1, 4)
        at, source = chance.randrange(len(words) - run), chance.randrange(len(others) - run)
        words[at : at + run] = others[source : source + run]
        done += run
    return ("" if unspaced else " ").join(words)


@pytest.mark.parametrize("language", RELEASES)
def test_a_press_release_with_other_names_is_a_template(language: str) -> None:
    desk = Desk()
    desk.take(article("a", release(language, 0)))
    verdict = desk.verdict(article("b", release(language, 1), source="b.example"))
    assert verdict["relation"] == "original"
    assert [match["relation"] for match in verdict["matches"]] == ["template"]


@pytest.mark.parametrize("language", RELEASES)
@pytest.mark.parametrize("share", [0.05, 0.1, 0.15])
def test_an_edited_press_release_is_a_copy(language: str, share: float) -> None:
    relations = []
    for seed in range(5):
        desk = Desk()
        desk.take(article("a", release(language, 0)))
        changed = edited_words(language, share, seed)
        relations.append(desk.verdict(article("b", changed, source="b.example"))["relation"])
    assert relations == ["copy"] * 5


@pytest.mark.parametrize("language", RELEASES)
def test_one_corrected_name_does_not_make_a_template(language: str) -> None:
    text, one, other = RELEASES[language]
    changed = text.format(a=one[0], b=one[1], c=other[2])
    desk = Desk()
    desk.take(article("a", release(language, 0)))
    assert desk.verdict(article("b", changed, source="b.example"))["relation"] == "copy"


def test_english_and_russian_have_names_and_no_frame() -> None:
    told = [
        "The board of Acme said that Ann Bell will lead it from May, and that the office in Leeds "
        "will be closed after the summer because the rent has doubled since it was opened.",
        "Совет директоров сообщил, что Анна Белова возглавит компанию с мая, а представительство в "
        "Самаре будет закрыто после лета, так как аренда с момента открытия выросла вдвое.",
    ]
    assert (sketch_texts(told)["facts_cover"][:, 1] != FRAME).all()


def test_a_text_of_few_function_words_has_no_frame() -> None:
    told = ["Anbieter Betriebe Umfrage Kunden Preis Mannschaft Leute Redaktion Arbeitgeber " * 6]
    assert (sketch_texts(told)["facts_cover"][:, 1] != FRAME).all()


def test_frames_are_compared_if_both_texts_have_one() -> None:
    german, english = release("German", 0), "The board of Acme met in Leeds on Monday. " * 9
    one, other = sketch_texts([german, english])[:, None]
    assert compare_facts(one, one).frame.tolist() == [1.0]
    assert str(compare_facts(one, other).frame[0]) == "nan"
