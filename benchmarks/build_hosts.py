"""Writes ``lexicons/contact.hosts.toml``: the endings of hosts, those that are words of talk apart.

python benchmarks/build_hosts.py public_suffix_list.dat > src/ringtrace/lexicons/contact.hosts.toml

The endings are facts: the last labels of the Public Suffix List's section of registries (publicsuffix.org,
MPL 2.0; nothing but the labels is taken), which are those of IANA's root zone. WORDS were seen at least twice as words
in the texts of the development authors and voices, or are words of English; behind a full stop without a blank they are
mostly talk ("thanks.call me").
"""

from __future__ import annotations

import sys
from pathlib import Path

WORDS = frozenset(
    """
    abc able ac accountant accountants aco actor ad ads adult agency ai ally am ao app army art arte as at attorney
    auction audio author auto autos aw az ba baby band bank bar bargains basketball bb bbc be beats beauty beer best
    bet bf bh bible bike bingo bio black blog blue bo boats bond boo book booking bot boutique box broker brother bs
    build builders business buy by cafe cal call cam camera camp car cards care career careers cars case cash cat
    catering center channel charity chase chat cheap christmas church circle city claims cleaning click clinic
    clothing club coach codes coffee college community company compare computer condos construction contact
    contractors cooking cool country courses credit cricket cruise dad dance data date dating day deal deals degree
    delivery democrat dentist design diamonds diet direct directory discount dish diy dm do docs doctor dog domains
    dot download drive earth eat education email energy engineer enterprises equipment er esq estate et events
    exchange expert exposed express fail faith family fan fans farm fashion fast feedback film final finance
    financial fire fish fishing fit fitness flights florist flowers fly food football forex forsale forum foundation
    fox free frontdoor fun fund furniture futbol gal game games garden gay gf gift gifts gives giving glass global
    gm gold golf got gr graphics green gripe group gu guardian guide guitars guru gy hair health healthcare help
    here hiphop hiv hm hn hockey holdings holiday homes horse hospital host hosting hot hotels house how hr hu ice
    id il im immo in industries ing ink institute insurance insure int international investments is it jewelry jo
    jobs joy juegos ke kg kids kitchen km kyoto la land law lawyer lb lc lease legal li life lighting like limited
    limo link live living loan loans lol love lu luxury ma madrid maison makeup man management map market marketing
    markets mba me media meet meme memorial men menu mh mint ml mo mobile moda moe mom money mortgage motorcycles
    movie mr music my na name navy ne network new news next ng ni ninja no now np nu observer office one onl online
    ooo open organic page partners parts party pay pe pet ph pharmacy phone photo photography photos pics pictures
    pin ping pink pizza place play plumbing plus pm poker porn post press prime pro prod productions prof promo
    properties property protection ps pub racing radio re read realty recipes red rehab rent rentals repair report
    rest restaurant review reviews rich rip ro rocks rodeo room rs run sa safe sale salon sap sas save sb
    scholarships school science se search seat secure security seek select services seven sew sex sexy sh shoes shop
    shopping shouji show si silk singles site ski skin sky sl smile so soccer social software solar solutions song
    soy spa space spot st star storage store stream studio study style su sucks supply support surf surgery sz tab
    talk tax taxi team tech tel tennis tg th theater tickets tips tires tk tn to today tools top total tours town
    toys trade trading training travel trust tube uno ups us vacations ve vegas ventures vet video villas vin vip
    visa vision vote voyage wang watch weather webcam website wedding whoswho wiki win wine winners work works world
    wow xin xxx ye yoga you yt yun zero zone zw
    """.split()  # noqa: SIM905
)
FILES = frozenset("cab cc cfd med md mov pl ps py rs sh so zip".split())  # noqa: SIM905
PLAIN = frozenset("com cn net org info edu gov onion".split())  # noqa: SIM905
"""These stand in contact.any.toml."""


def read_endings(path: Path) -> set[str]:
    """Return the last labels of the section of registries, those in Latin letters."""
    found = set()
    for line in path.read_text("utf-8").splitlines():
        if "===BEGIN PRIVATE" in line:
            break
        label = line.strip().rsplit(".", 1)[-1].lstrip("!*")
        if line.strip() and not line.startswith("//") and label.isascii() and label.isalpha():
            found.add(label)
    return found - PLAIN


def main() -> None:
    endings = read_endings(Path(sys.argv[1]))
    print("# Made by benchmarks/build_hosts.py: endings of hosts. [concept.ending_any] make a bare name a host,")
    print("# [concept.ending_rare] only with a scheme, www or a path, being words or names of files too.")
    print('version = "1"\n')
    for concept, held in (("ending_any", endings - WORDS - FILES), ("ending_rare", endings & (WORDS | FILES))):
        listed = ", ".join(f'"{ending}"' for ending in sorted(held))
        print(f"[concept.{concept}]\nterms = [{listed}]")


if __name__ == "__main__":
    main()
