"""The synthetic voices: which exist, which are kept out of training, and the two of the shipped sample."""

from dataclasses import dataclass

# espeak-ng voice per language. "cmn" of espeak-ng 1.51 reads Mandarin wrongly; the pinyin voice reads the same characters well.
ESPEAK_LANGUAGE = {"zh": "cmn-latn-pinyin", "en": "en-us"}

# espeak-ng variants without whispers and robots, one of each group of acoustic twins.
VARIANTS = (
    "adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris david Denis Diogo ed edward Gene Gene2 gustave Henrique "
    "Hugo iven iven2 iven3 iven4 Jacky john kaukovalta Lee linda marcelo Marco Mario max Michael michel miguel Mike Mr Nguyen pablo "
    "paul pedro quincy RicishayMax RicishayMax2 rob robert steph Storm Tweaky zac anika AnxiousAndy f1 f2 f3 f4 f5 grandpa grandma "
    "klatt2 klatt3 klatt4 klatt5 m1 m2 m3 m4 m5 m6 m7 m8 norbert sandro shelby travis victor"
).split()

# Never heard in training by any model.
HELD_OUT_VARIANTS = "belinda david f4 klatt4 m5 paul Nguyen Hugo linda victor".split()
TRAINING_VARIANTS = [variant for variant in VARIANTS if variant not in HELD_OUT_VARIANTS]

# flite voices, English only; one is held out.
FLITE_TRAINING = ["kal16", "slt", "awb"]
FLITE_HELD_OUT = ["rms"]


@dataclass(frozen=True)
class Voice:
    """An espeak-ng variant with its settings. `stretch` above 1 raises pitch and formants together by resampling."""

    variant: str
    rate: int = 170
    pitch: int = 50
    range: int = 50
    stretch: float = 1.0


SAMPLE_VOICES = [Voice("f2", rate=170, pitch=60, stretch=1.05), Voice("m3", rate=170, pitch=35, stretch=0.95)]
HELD_OUT_SAMPLE_VOICES = [Voice("f4", rate=170, pitch=60, stretch=1.05), Voice("m5", rate=170, pitch=35, stretch=0.95)]


def random_voice(rng, variants):
    """A variant with random settings, wide enough to cover most of what the synthesiser can do."""
    return Voice(rng.choice(variants), rng.randint(130, 225), rng.randint(25, 75), rng.randint(30, 75), rng.uniform(0.86, 1.18))
