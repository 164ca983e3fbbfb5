"""The texts of the sign-up page as they come with the product, one per language: each written, none translated.

An empty line begins a paragraph, a hyphen an item of a list. `{name}` and `{address}` are the centre's,
the name as it stands within a sentence.
"""

from typing import Final

from outreach.signup.models import TextKind

SWEDISH_INTRO: Final = """\
Här prenumererar du på brev från {name}: nyheter, handböcker och inbjudningar om hållbart företagande i Kina. Det \
kostar ingenting. Du väljer ämnen och språk, och varje brev har en länk där du ändrar dig."""

CHINESE_INTRO: Final = """\
在这里订阅{name}的邮件：有关在华企业可持续经营的新闻、手册和活动邀请。订阅免费。主题和语言由您选择，每封邮件都附有链接，可随时更改或退订。"""

ENGLISH_INTRO: Final = """\
Subscribe here to letters from {name}: news, handbooks and invitations about sustainable business in China. They cost \
nothing. You choose the topics and the language, and every letter has a link to change your mind."""

SWEDISH_NOTICE: Final = """\
{name}, {address}, är personuppgiftsansvarig. Vi sparar det du skriver i formuläret och när du bekräftade det, för att \
kunna skicka de brev som du har bett om. Den rättsliga grunden är ditt samtycke (artikel 6.1 a i \
dataskyddsförordningen). Det är frivilligt, och inga beslut fattas automatiskt.

Ett företag som skickar e-post åt oss behandlar adressen på vårt uppdrag. {name} är en myndighetsverksamhet, så \
uppgifterna kan ingå i allmänna handlingar. Ingen annan får dem.

Bekräftar du inte inom sju dagar raderas allt. Annars sparas uppgifterna så länge du prenumererar. Därefter behåller \
vi det som behövs för att visa att du hade sagt ja, och för att inte skriva till dig igen.

Du har rätt att:
- få veta vilka uppgifter vi har och få ut dem
- få dem rättade, begränsade eller raderade
- när som helst ta tillbaka ditt samtycke, med länken i varje brev; det som redan har skickats påverkas inte

Svara på något av våra brev eller skriv till adressen ovan, så hjälper vi dig. Är du missnöjd med hur vi hanterar \
dina uppgifter kan du klaga hos Integritetsskyddsmyndigheten, imy.se."""

CHINESE_NOTICE: Final = """\
个人信息处理者为{name}，地址：{address}。我们保存您在表单中填写的内容以及您确认的时间，仅用于发送您所订阅的邮件。处理的法律依据是您的同意（《个人信息保护法》第十三条第一款第一项、欧盟《通用数据保护条例》第六条第一款a项）。是否订阅完全自愿，我们不作任何自动化决策。

为我们发送邮件的服务商受我们委托处理您的邮箱地址。{name}属于公共机构，有关信息可能成为依法可供公众查阅的公文的一部分。除此之外，我们不向任何人提供。

如果您七天内没有确认，所有内容将被删除；确认之后，信息保存至您退订为止。退订后，我们只保留证明您曾经同意以及确保不再给您发信所必需的记录。

您有权：
- 查询、复制并索取我们持有的您的信息
- 要求更正、限制处理或删除
- 随时通过每封邮件中的链接撤回同意；撤回不影响此前已经发送的邮件

如需行使上述权利，请直接回复我们的任何一封邮件，或致函上述地址。如对我们处理信息的方式不满意，您可以向履行个人信息保护职责的部门投诉，也可以向瑞典隐私保护局（imy.se）投诉。"""

ENGLISH_NOTICE: Final = """\
The controller of your data is {name}, {address}. We keep what you enter in the form and when you confirmed it, to be \
able to send you the letters that you asked for. The legal ground is your consent (Article 6(1)(a) of the General Data \
Protection Regulation). It is voluntary, and nothing is decided automatically.

A company that sends mail for us processes the address on our behalf. As {name} is a public body, the data can \
be part of documents that the public may ask to see. Nobody else is given it.

If you do not confirm within seven days, everything is deleted. Otherwise the data is kept for as long as you \
subscribe. After that we keep what is needed to show that you had agreed, and not to write to you again.

You have the right to:
- know what data we have about you, and be given it
- have it corrected, restricted or erased
- take your consent back at any time by the link in every letter; what has been sent already is not affected

Answer any of our letters or write to the address above and we will help you. If you are not content with how we treat \
your data, you can complain to the Swedish Authority for Privacy Protection, imy.se."""

CHINESE_TRANSFER: Final = """\
您的个人信息将传输至中国境外。根据《个人信息保护法》第三十九条，特此告知：
- 境外接收方：{name}设在瑞典的数据系统，以及受其委托的欧盟境内邮件服务商；联系方式：{address}，\
或直接回复我们的任何一封邮件
- 处理目的和方式：保存订阅信息并发送您所订阅的电子邮件；以电子方式收集、存储和使用
- 个人信息的种类：电子邮箱地址、语言和主题偏好；如您填写，还包括单位和行业。不涉及敏感个人信息
- 行使权利的方式和程序：您可以通过每封邮件中的链接，或以回复邮件的方式，\
向境外接收方查询、复制、更正、删除信息或撤回同意；我们在十五个工作日内答复"""

TEXTS: Final = {
    (TextKind.INTRO, "sv"): SWEDISH_INTRO,
    (TextKind.INTRO, "zh-Hans"): CHINESE_INTRO,
    (TextKind.INTRO, "en"): ENGLISH_INTRO,
    (TextKind.NOTICE, "sv"): SWEDISH_NOTICE,
    (TextKind.NOTICE, "zh-Hans"): CHINESE_NOTICE,
    (TextKind.NOTICE, "en"): ENGLISH_NOTICE,
    (TextKind.TRANSFER, "zh-Hans"): CHINESE_TRANSFER,
}
