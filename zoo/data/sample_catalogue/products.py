"""What the catalogue sells: attributes that go together, German names, and the cut of each garment."""

from dataclasses import dataclass

import numpy as np

from zoo.data.sample_catalogue.fabrics import COLOURS, SHADES, cloth, mixed
from zoo.data.sample_catalogue.garments import Garment

CATEGORIES = ("blouses", "dresses", "jackets", "knitwear", "pants", "skirts", "tops")

Odds = dict[str, float]

_PATTERNS: Odds = {
    "unicolors": 0.42,
    "stripes": 0.17,
    "polkadots": 0.12,
    "floral": 0.13,
    "print": 0.11,
    "lace": 0.05,
}
_FITS: Odds = {"normal": 0.45, "tight": 0.28, "loose": 0.27}
_ODDS: dict[str, dict[str, Odds]] = {
    "blouses": {
        "length": {"normal": 0.7, "long": 0.15, "short": 0.1, "": 0.05},
        "sleeve_length": {"long": 0.55, "half": 0.2, "short": 0.15, "sleeveless": 0.1},
        "neckline": {"": 0.45, "v": 0.2, "round": 0.15, "deep": 0.08, "wide": 0.06, "back": 0.06},
        "pattern": _PATTERNS,
    },
    "dresses": {
        "length": {"short": 0.3, "knee": 0.35, "3-4": 0.15, "long": 0.2},
        "sleeve_length": {"long": 0.2, "half": 0.15, "short": 0.3, "sleeveless": 0.35},
        "neckline": {"round": 0.28, "v": 0.22, "deep": 0.14, "wide": 0.12, "back": 0.14, "lines": 0.1},
        "pattern": _PATTERNS | {"lace": 0.1},
    },
    "jackets": {
        "length": {"normal": 0.6, "short": 0.2, "long": 0.2},
        "sleeve_length": {"long": 1.0},
        "neckline": {"": 1.0},
        "pattern": {"unicolors": 0.84, "stripes": 0.05, "print": 0.09, "floral": 0.02},
    },
    "knitwear": {
        "length": {"normal": 0.65, "long": 0.2, "short": 0.15},
        "sleeve_length": {"long": 0.85, "half": 0.15},
        "neckline": {"round": 0.45, "v": 0.25, "": 0.18, "wide": 0.12},
        "pattern": {"unicolors": 0.68, "stripes": 0.24, "print": 0.08},
    },
    "pants": {
        "length": {"long": 0.62, "3-4": 0.2, "knee": 0.08, "short": 0.1},
        "pattern": {"unicolors": 0.74, "stripes": 0.1, "print": 0.09, "floral": 0.07},
    },
    "skirts": {"length": {"short": 0.34, "knee": 0.36, "3-4": 0.16, "long": 0.14}, "pattern": _PATTERNS},
    "tops": {
        "length": {"normal": 0.72, "long": 0.13, "short": 0.1, "": 0.05},
        "sleeve_length": {"short": 0.45, "sleeveless": 0.27, "long": 0.16, "half": 0.12},
        "neckline": {"round": 0.36, "v": 0.22, "deep": 0.1, "wide": 0.12, "lines": 0.12, "back": 0.08},
        "pattern": _PATTERNS,
    },
}

GERMAN: dict[str, dict[str, list[str]]] = {
    "sleeve_length": {
        "long": ["Langarm", "Lange Ärmel"],
        "half": ["Halbarm", "Dreiviertelarm"],
        "short": ["Kurzarm", "Viertelarm"],
        "sleeveless": ["Ärmellos"],
    },
    "neckline": {
        "round": ["Rundhalsausschnitt", "Rundhals-Ausschnitt"],
        "v": ["V-Ausschnitt"],
        "deep": ["Tiefer Ausschnitt/Dekolleté"],
        "wide": ["U-Boot-Ausschnitt", "Weiter Ausschnitt"],
        "lines": ["Eingefasster Ausschnitt"],
        "back": ["Rückenausschnitt", "Tiefer Rückenausschnitt"],
    },
    "pattern": {
        "floral": ["Geblümt/Floral", "Geblümt"],
        "lace": ["Spitze", "Florale Spitze"],
        "polkadots": ["Gepunktet", "Punktemuster"],
        "print": ["Print", "All-Over-Muster"],
        "stripes": ["Gestreift", "Streifenmuster"],
        "unicolors": ["Unifarben"],
    },
    "length": {
        "3-4": ["7/8 Länge", "Wadenlang"],
        "knee": ["Knielang"],
        "long": ["Lang", "Langer Schnitt"],
        "normal": ["Normale Länge"],
        "short": ["Kurz/Mini", "Kurz"],
    },
    "fit": {
        "loose": ["Lockerer Schnitt", "Weite Passform"],
        "normal": ["Gerader Schnitt", "Normale Passform"],
        "tight": ["Figurnaher Schnitt", "Schmale Passform"],
    },
}
_COLOUR_WORDS = {
    "beige": "Beige",
    "black": "Schwarz",
    "blue": "Blau",
    "gray": "Grau",
    "green": "Grün",
    "pink": "Rosa",
    "red": "Rot",
    "white": "Weiß",
    "yellow": "Gelb",
}
_BRANDS = (
    "Lindholm & Söhne", "Morgenrot", "Anna Falkner", "Elbkante", "Kleinod Berlin", "Nordlicht", "Frau Winter",
    "Haus Amsel", "Taunus", "Mode Kranich", "Seidenweg", "Isarblau",
)  # fmt: skip
_WORDS = {
    "floral": "mit Blumenmuster",
    "lace": "aus Spitze",
    "polkadots": "mit Punkten",
    "print": "mit Print",
    "stripes": "mit Streifen",
}
_NECK_WORDS = {
    "v": "mit V-Ausschnitt",
    "wide": "mit U-Boot-Ausschnitt",
    "deep": "mit tiefem Dekolleté",
    "back": "mit Rückenausschnitt",
}
_EXTRAS = (
    "Weicher Griff",
    "Ton-in-Ton-Nähte",
    "Gerader Saum",
    "Fließender Stoff",
    "Schonwaschgang",
    "Jersey",
)


@dataclass(frozen=True)
class Product:
    """One product: its row's words and its garment."""

    id: str
    brand: str
    name: str
    attributes: str
    garment: Garment


def _pick(odds: Odds, rng: np.random.Generator) -> str:
    weights = np.array(list(odds.values()))
    return list(odds)[rng.choice(len(odds), p=weights / weights.sum())]


def _make(category: str, chosen: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    make: dict[str, str] = {}
    if category == "blouses":
        if chosen["neckline"] == "":
            make = {"collar": "shirt", "closure": "buttons", "hem": "shirt" if rng.random() < 0.6 else ""}
        elif chosen["neckline"] in ("v", "round"):
            make = {"closure": "buttons"}
        if chosen["sleeve_length"] in ("long", "half") and rng.random() < 0.35:
            make["sleeve"] = "balloon"
    elif category == "jackets":
        make = {"closure": "lapel"} if rng.random() < 0.5 else {"closure": "zip", "collar": "stand"}
    elif category == "knitwear":
        make = {"collar": "turtle"} if chosen["neckline"] == "" else {}
        make = {"collar": "crew"} if chosen["neckline"] in ("round", "wide") else make
        if chosen["neckline"] == "v" and rng.random() < 0.5:
            make["closure"] = "buttons"
    elif category == "skirts":
        if chosen["fit"] != "tight" and rng.random() < 0.4:
            make["pleats"] = "yes"
        elif chosen["fit"] == "normal" and rng.random() < 0.5:
            make["closure"] = "buttons"
    elif category == "dresses":
        if chosen["fit"] == "loose" and rng.random() < 0.35:
            make["pleats"] = "yes"
        if chosen["neckline"] == "v" and rng.random() < 0.3:
            make["closure"] = "buttons"
    elif category == "pants":
        make["style"] = "jeans" if rng.random() < 0.5 and chosen["pattern"] == "unicolors" else "creased"
    if chosen["pattern"] == "print" and category in ("tops", "knitwear", "dresses") and rng.random() < 0.6:
        make["motif"] = str(rng.choice(["sun", "heart", "peaks", "bars"]))
    return make


def _title(category: str, chosen: dict[str, str], make: dict[str, str]) -> str:
    length, sleeve = chosen["length"], chosen.get("sleeve_length", "")
    if category == "jackets":
        noun = {"lapel": "Blazer", "zip": "Blouson"}[make["closure"]]
        noun = "Mantel" if length == "long" else noun
    elif category == "knitwear":
        noun = "Strickjacke" if make.get("closure") == "buttons" else "Pullover"
        noun = "Rollkragenpullover" if make.get("collar") == "turtle" else noun
    elif category == "dresses":
        noun = {"short": "Minikleid", "long": "Maxikleid", "3-4": "Midikleid"}.get(length, "Kleid")
    elif category == "skirts":
        noun = {"short": "Minirock", "long": "Maxirock", "3-4": "Midirock"}.get(length, "Rock")
        noun = "Faltenrock" if make.get("pleats") else noun
    elif category == "pants":
        noun = "Jeans" if make.get("style") == "jeans" else "Stoffhose"
        noun = {"short": "Shorts", "knee": "Bermudas"}.get(length, noun)
    elif category == "blouses":
        noun = "Hemdbluse" if make.get("collar") == "shirt" else "Bluse"
    else:
        noun = {"sleeveless": "Top", "long": "Langarmshirt"}.get(sleeve, "T-Shirt")
    words = [noun, _WORDS.get(chosen["pattern"], "")]
    if not words[1]:
        words.append(_NECK_WORDS.get(chosen.get("neckline", ""), ""))
    return " ".join(w for w in words if w)


def _weave(category: str, make: dict[str, str], rng: np.random.Generator) -> str:
    if category == "knitwear":
        return str(rng.choice(["knit", "cable", "rib"], p=[0.5, 0.25, 0.25]))
    return "denim" if make.get("style") == "jeans" else "plain"


def product(index: int, size: int, seed: int) -> Product:
    """The product number ``index`` of the catalogue with this seed; the same whoever asks."""
    rng = np.random.default_rng([seed, index])
    category = CATEGORIES[(index + seed) % len(CATEGORIES)]
    color = COLOURS[rng.integers(len(COLOURS))]
    chosen = {name: _pick(odds, rng) for name, odds in _ODDS[category].items()}
    chosen["fit"] = _pick(_FITS, rng)
    make = _make(category, chosen, rng)
    pattern = "unicolors" if make.get("motif") else chosen["pattern"]
    fabric = cloth(color, pattern, _weave(category, make, rng), size, rng)
    dark = sum(fabric.base) < 420
    trim = mixed(fabric.base, (255, 255, 255), 0.85) if dark else SHADES["black"][0]
    if not dark and rng.random() < 0.6:
        trim = [(176, 44, 54), (40, 66, 128), (46, 92, 70)][rng.integers(3)]
    if color in ("red", "pink") and not dark:
        trim = (44, 40, 60)
    garment = Garment(category, color, **chosen, fabric=fabric, trim=trim, make=make)

    words = [str(rng.choice(GERMAN[name][value])) for name, value in chosen.items() if value]
    words += [str(w) for w in rng.choice(_EXTRAS, int(rng.integers(1, 3)), replace=False)]
    words.append(f"Farbe: {_COLOUR_WORDS[color]}")
    words = [words[i] for i in rng.permutation(len(words))]
    brand = _BRANDS[rng.integers(len(_BRANDS))]
    code = f"{category[:2].upper()}{(index + 1):05d}-{color[0].upper()}{int(rng.integers(10, 100))}"
    return Product(code, brand, _title(category, chosen, make), ", ".join(words), garment)
