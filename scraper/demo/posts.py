"""The posts of an invented network, as values. Every name, place and number is made up.

A body is a tuple of blocks in a small notation: ``## heading``, ``- list item``, ``> quote``, ``!media-id WxH alt |
caption`` for a picture, ``!!one !! two`` for a gallery of these, ``@media-id name.pdf size`` for a file; anything else
is a paragraph, in which ``[words](address)`` is a link.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One post of the pretend blog. Days count from the day of the demonstration: -45 is 45 days before it."""

    slug: str
    title: str
    author: str
    #: The day it was published; it is not there before.
    published: int
    body: tuple[str, ...]
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "en"
    cover: str = "ab12cd_0f1e2d3c4b5a69788796a5b4c3d2e1f0~mv2.jpg"
    #: Views on day -45, and how many come every day.
    views: int = 0
    views_a_day: int = 1
    comments: int = 0
    likes: int = 0
    #: The day on which `edited_body` replaced `body`; None: never edited.
    edited: int | None = None
    edited_body: tuple[str, ...] = ()
    #: The first day on which its address answers 404; None: it stays.
    removed: int | None = None

    def on(self, day: int) -> "DemoPost | None":
        """The post as it stands on *day*; None where it is not there."""
        if day < self.published or (self.removed is not None and day >= self.removed):
            return None
        if self.edited is not None and day >= self.edited:
            return replace(self, body=self.edited_body)
        return self

    def views_on(self, day: int) -> int:
        """Views up to *day*."""
        return self.views + self.views_a_day * (day - max(self.published, -45))


POSTS = (
    DemoPost(
        slug="shadow-report-submitted",
        title="Our Shadow Report Is In",
        author="Ines Okafor",
        published=-2060,
        categories=("Universal Periodic Review", "Reports"),
        tags=("upr", "shadow report"),
        views=1261,
        views_a_day=3,
        comments=4,
        likes=17,
        body=(
            "Forty-one member groups of the Lantern Coast Rights Network worked for nine months on one text. This "
            "morning it was handed to the review's secretariat, on time and in full.",
            "## What the report says",
            "The report has five chapters. Each begins with what people told us, goes on to what the law promises, and "
            "ends with what we ask for:",
            "- housing that nobody loses without a hearing",
            "- water that is clean and affordable in every district",
            "- courts that answer within a year",
            "> We did not write about people. People wrote, and we put the commas in.",
            "@ab12cd_5d41402abc4b2a76b9719d911017c592.pdf Lantern-Coast-Shadow-Report.pdf 48213",
            "Questions go to the editors; the list of contributing groups is on page two of the report.",
        ),
    ),
    DemoPost(
        slug="press-release-review-adopted",
        title="Press Release: Outcome of the Review Adopted",
        author="Ines Okafor",
        published=-2050,
        categories=("Press Releases", "Universal Periodic Review"),
        tags=("upr", "adoption"),
        views=177,
        views_a_day=1,
        body=(
            "FOR IMMEDIATE RELEASE",
            "The outcome of the periodic review was adopted today in plenary. Of 212 recommendations, 168 were "
            "accepted, among them all nine on the right to housing.",
            "!ab12cd_1111222233334444555566667777aaaa~mv2.jpg 1600x900 A full assembly hall from above | The "
            "hall on the morning of the vote.",
            "“Accepting a recommendation is a promise with a date on it,” said the network's chair. “We will read that "
            "promise aloud every year until it is kept.”",
            "The network will publish a table of all recommendations and their state. The method is described in "
            "[our guide to follow-up](/post/how-to-follow-up).",
        ),
    ),
    DemoPost(
        slug="how-to-follow-up",
        title="How to Follow Up on a Recommendation",
        author="Tomas Lindqvist",
        published=-1900,
        categories=("Guides",),
        tags=("upr", "follow-up", "method"),
        views=840,
        views_a_day=2,
        comments=11,
        likes=9,
        body=(
            "A recommendation is one sentence. Following it up takes five steps, and none of them needs a lawyer.",
            "## The five steps",
            "- Copy the sentence, with its number, and never paraphrase it.",
            "- Write down which office can act on it.",
            "- Ask that office, in writing, what it has done.",
            "- Publish the question and the answer side by side.",
            "- Ask again after six months.",
            "Keep every answer, also the short ones. In ten years the short ones are the evidence.",
        ),
    ),
    DemoPost(
        slug="water-is-a-right",
        title="Water Is a Right, Also in August",
        author="Mariam Haddad",
        published=-1710,
        categories=("Water and Land",),
        tags=("water",),
        views=395,
        views_a_day=1,
        comments=2,
        likes=31,
        body=(
            "For the third summer in a row the taps of the eastern district ran dry for more than a week. We measured: "
            "eleven days, 6 400 households, one tanker.",
            "!ab12cd_9f86d081884c7d659a2feaa0c55ad015~mv2.png 1200x800 A row of blue canisters at a pump | Waiting at "
            "the pump on Mill Street.",
            "The operator calls this an interruption. The constitution calls it something else. RecordStream of the "
            "network have filed complaints in four municipalities and will publish every reply.",
            "> My grandmother carried water so that I would not have to. I carry it now.",
        ),
    ),
    DemoPost(
        slug="declaración-sobre-el-agua",
        title="Declaración sobre el derecho al agua",
        author="Mariam Haddad",
        published=-1705,
        categories=("Water and Land",),
        tags=("agua", "declaración"),
        language="es",
        views=88,
        views_a_day=1,
        body=(
            "Las organizaciones de la costa reunidas este fin de semana aprobaron una declaración sobre el derecho al "
            "agua. El texto recuerda que el agua no es una mercancía y que ninguna familia puede quedarse sin ella.",
            "Pedimos al gobierno un plan público, con plazos y responsables, antes de la próxima estación seca.",
        ),
    ),
    DemoPost(
        slug="housing-hearing-notes",
        title="Notes from the Housing Hearing",
        author="Tomas Lindqvist",
        published=-1330,
        categories=("Housing", "Reports"),
        tags=("housing", "hearing"),
        views=512,
        views_a_day=1,
        comments=1,
        likes=5,
        # Gone in the last two crawls: at least 14 days apart, so the archive calls it gone.
        removed=-30,
        body=(
            "We took notes so that the people who could not leave work would know what was said. These are the notes, "
            "without adjectives.",
            "## Morning",
            "Seven tenants spoke. Five had received the letter on a Friday. The office confirmed that letters are "
            "always sent on Fridays.",
            "## Afternoon",
            "The committee asked for the number of evictions in the last year. No office has that number. The "
            "committee asked who should have it. Nobody knew.",
        ),
    ),
    DemoPost(
        slug="ten-years-of-lanterns",
        title="Ten Years of Lanterns",
        author="Ines Okafor",
        published=-860,
        categories=("Network",),
        tags=("anniversary",),
        views=230,
        views_a_day=2,
        comments=6,
        likes=44,
        body=(
            "Ten years ago nine people met in a kitchen. Last night four hundred walked along the harbour with paper "
            "lanterns, one for each case that the network has taken on.",
            "!ab12cd_aaaabbbbccccddddeeeeffff00001111~mv2.jpg 2000x1333 Paper lanterns on dark water | Each lantern "
            "carries a case number, never a name.",
            "Thank you to everyone who came, and to the harbour master, who turned the floodlights off for an hour.",
        ),
    ),
    DemoPost(
        slug="court-delays-in-numbers",
        title="Court Delays in Numbers",
        author="Tomas Lindqvist",
        published=-300,
        categories=("Reports", "Justice"),
        tags=("courts", "data"),
        views=77,
        views_a_day=4,
        comments=3,
        likes=12,
        # Corrected between the second and the third crawl.
        edited=-10,
        body=(
            "We counted 1 904 cases in six courts. The median case waits 19 months for its first hearing; one in ten "
            "waits longer than four years.",
            "The slowest court is not the largest one. It is the one without a registrar.",
        ),
        edited_body=(
            "We counted 1 904 cases in six courts. The median case waits 17 months for its first hearing; one in ten "
            "waits longer than four years.",
            "The slowest court is not the largest one. It is the one without a registrar.",
            "Correction: an earlier version of this post gave the median as 19 months. The table behind it counted "
            "August twice.",
        ),
    ),
    DemoPost(
        slug="training-for-monitors",
        title="A Training for Monitors",
        author="Mariam Haddad",
        published=-90,
        categories=("Network", "Guides"),
        tags=("training", "method"),
        views=41,
        views_a_day=3,
        likes=2,
        body=(
            "Twenty places, two weekends, no fee. The training teaches how to watch a hearing, how to write down what "
            "was said and how to keep what was written.",
            "Write to the office by the end of the month. Childcare and travel are paid.",
        ),
    ),
    DemoPost(
        slug="open-letter-on-the-harbour-law",
        title="Open Letter on the Harbour Law",
        author="Ines Okafor",
        # Added between the second and the third crawl.
        published=-6,
        categories=("Press Releases", "Water and Land"),
        tags=("harbour", "open letter"),
        views=0,
        views_a_day=25,
        comments=2,
        likes=8,
        body=(
            "To the members of the assembly: the draft harbour law gives the shore to whoever can pay for it. Nothing "
            "in it asks who lives there.",
            "We ask for three things: a public hearing in each harbour town, a map that anyone can read, and a clause "
            "that keeps the path along the water open.",
            "Thirty-eight organisations have signed. The list is open until the vote.",
        ),
    ),
)

#: Posts that are mostly pictures.
ILLUSTRATED = (
    DemoPost(
        slug="the-hearing-in-pictures",
        title="The Hearing in Pictures",
        author="Ines Okafor",
        published=-120,
        categories=("Housing",),
        tags=("hearing", "photographs"),
        views=77,
        cover="ab12cd_5555666677778888999900001111aaaa~mv2.png",
        body=(
            "Eleven residents spoke in the old customs house. The right to water was on every sign.",
            "!!ab12cd_5555666677778888999900001111bbbb~mv2.png 1200x800 A full room | The customs house"
            " !! ab12cd_5555666677778888999900001111cccc~mv2.png 1200x800 A speaker at a lectern | First testimony"
            " !! ab12cd_5555666677778888999900001111dddd~mv2.png 1200x800 Hands with papers | The petition",
            "The recording follows.",
        ),
    ),
    DemoPost(
        slug="poster-water-week",
        title="A Poster for Water Week",
        author="Tomas Reyes",
        published=-75,
        categories=("Water and Land",),
        tags=("poster",),
        views=19,
        cover="ab12cd_5555666677778888999900001111eeee~mv2.png",
        body=(
            "Print it, hang it, pass it on.",
            "!ab12cd_5555666677778888999900001111eeee~mv2.png 2480x3508 Poster: Water is a right. Tuesday, town hall, "
            "seven o’clock | The poster, ready to print",
            "And a map of the harbour, drawn by a reader:",
            "!ab12cd_5555666677778888999900001111ffff~mv2.svg 300x200 A map of the harbour | The map",
        ),
    ),
)
