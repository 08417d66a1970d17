"""Words of the stories that are drawn, written and not remembered. The first of each list are the likeliest.

After ``a``, only words that do not begin with a vowel are used; none is the name of a colour of the toys.
"""

WORDS = {
    "quality": (
        "big small tall fine plain round bright dusty noisy quiet soft rough heavy rusty muddy broken narrow crooked wet dry "
        "tiny huge smooth strange lovely funny clean cheap dear rare rich poor proud sleepy lazy busy merry grumpy thin thick "
        "warm cool damp sweet sour fresh stale sharp blunt loose tight hollow dull weak strong famous secret simple lucky mild"
    ),
    "role": (
        "baker miller doctor teacher farmer sailor painter gardener tailor shepherd porter fisher librarian carpenter cook "
        "dancer singer soldier barber butcher smith juggler nurse pilot driver guard hunter wizard mason weaver potter piper "
        "mayor judge poet clown monk knight tinker diver"
    ),
    "goods": (
        "plums nuts pears candles ribbons shells feathers buttons stones letters maps books cups plates bottles flowers roses "
        "stamps coins beads keys nails pots brushes chairs clocks pens bags jars rings carrots beans melons cherries lemons "
        "figs buns socks gloves boots shirts coats pillows rugs doors windows wheels chains hooks bricks tiles boards corks "
        "pins needles masks toys kites drums flags"
    ),
    "deed": (
        "sold carried counted painted washed bought lost found gathered sorted dropped hid traded mended polished broke wanted "
        "kept saw sent borrowed packed burned buried cleaned chose stacked threw admired weighed measured brought stole spilled "
        "wrapped drew moved guarded forgot praised"
    ),
    "number": "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty ninety",
    "creature": (
        "swan goose horse cow sheep hen pig donkey camel lizard snail beetle spider moth wasp bee crow pigeon stork heron "
        "badger beaver mole rat bat deer wolf lynx seal whale crab trout salmon toad newt peacock monkey tiger lion zebra"
    ),
    "did": (
        "slept danced sang waited sneezed laughed jumped rested worked whistled hummed yawned shouted knitted read ate drank "
        "prayed cheered coughed hopped swam skated juggled snored stumbled turned nodded frowned grinned wept shivered dreamed "
        "listened hurried lingered marched trembled bathed fished"
    ),
    "manner": (
        "slowly quickly quietly happily proudly softly bravely calmly gladly kindly loudly neatly nicely sadly shyly sweetly "
        "tenderly warmly wildly wisely boldly gently lightly merrily oddly plainly politely rarely safely silently"
    ),
    "spot": (
        "church fountain barn tower castle shop stable farm road square pond port cave field orchard vineyard museum theatre "
        "hospital library prison temple palace chapel bank hotel inn tavern mine quarry dam canal lock pier shore cliff valley "
        "swamp island desert"
    ),
}
WORDS = {name: tuple(words.split()) for name, words in WORDS.items()}
