"""The words of an invitation to a team: how it is written in a message, and which words it is made of."""

import re

_LIST = """
acorn amber angel apple apron arrow aspen atlas autumn badge bagel baker bamboo banjo banner basil basket
beacon beaver beetle bench berry bingo birch bison blanket blaze bloom board bonus boots bottle bowler branch
bread breeze brick bridge bronze broom brush bubble bucket buffet bugle bundle butter button cabin cactus
camel camera candle canoe canvas carpet carrot castle cedar cello chair chalk cheese cherry chess circle
citrus clock cloud clover cobalt cocoa coffee comet copper coral corner cotton crane crayon cricket crown
cymbal daisy dancer denim desert diary dinner dollar donkey dragon drawer drizzle duster eagle early easel
ember engine falcon feather fennel ferry fiddle field finch flame flute forest fossil fresh frost galaxy
garden garlic giant ginger glass globe glove goose grape grass guava guitar hammer happy harbor hazel helmet
heron hiker honey horse hotel humble igloo indigo island ivory jacket jasmine jelly jewel jigsaw jockey judge
juice jungle kettle kernel kitten knight ladder lagoon lemon lentil letter lilac linen lizard locket lotus
lunch magnet mango maple marble market meadow medal melody melon mirror mitten monkey mosaic motor museum
music mustard napkin nectar needle nickel north nutmeg oasis ocean olive onion orange orbit orchid otter
oyster paddle palace panda papaya paper parade parrot pastel peach peanut pearl pebble pencil pepper piano
picnic pigeon pillow pilot planet plaza pocket polar poppy potato prism puzzle quartz queen quiet quilt rabbit
radar radio radish rainbow raisin raven ribbon river robin rocket rubber saddle saffron salad salmon sandal
satin scarf school scout shadow shell silver singer sketch slate sleigh smile spice spiral spoon spring spruce
squash stamp steam stone straw street summer sunny sunset swift table tablet teapot temple thread tiger timber
toast tomato topaz tower train travel tulip tunnel turtle umpire uncle valley vanilla velvet violet violin
voyage waffle walnut water whale wheat willow window winter wizard wonder wooden yellow yogurt zebra zigzag
"""
WORDS = tuple(re.findall(r"[a-z]+", _LIST))
"""Short English words that are easily told over a phone. None has the length of half a pass code or of a whole one, so
that no three of them are read as one (docs/contract.md#codes-and-qr)."""
COMMAND = "join"
PARTS = 3
"""Words of one invitation: of 30 million combinations, and an admin says who is let in."""
_HYPHENATED = re.compile(rf"\W*{COMMAND}\s+([a-z]+)\s*-\s*([a-z]+)\s*-\s*([a-z]+)\W*", re.IGNORECASE)
_SPACED = re.compile(rf"\W*{COMMAND}\s+([a-z]+)\s+([a-z]+)\s+([a-z]+)\W*", re.IGNORECASE)


def read(text: str) -> str:
    """The invitation that a whole message names, such as `MANGO-RIVER-TOWER`; empty for all other messages.

    With hyphens any three words count, so that a mistyped one is answered; without them only ours.
    """
    if match := _HYPHENATED.fullmatch(text):
        return "-".join(match.groups()).upper()
    match = _SPACED.fullmatch(text)
    return "-".join(match.groups()).upper() if match and {word.lower() for word in match.groups()} <= _KNOWN else ""


def message(invitation: str) -> str:
    """What somebody sends to accept an invitation."""
    return f"{COMMAND} {invitation}"


_KNOWN = frozenset(WORDS)
