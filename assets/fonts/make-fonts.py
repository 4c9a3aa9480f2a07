#!/usr/bin/python3
"""Makes the faces in this folder from Debian's packages: apt-get install fonts-inter \
fonts-jetbrains-mono fonts-noto-cjk fonttools, then assets/fonts/make-fonts.py.

Run by hand when a face or its characters change, and the result committed; no build runs it.
Every face keeps one rule that the layout counts on: one code point is one glyph with one advance.
So all substitution and positioning tables (ligatures, marks) are left out, and digits are made
tabular in the character map itself. Of kerning the pairs of ASCII letters and marks stay, as a plain
`kern` table; a digit has none, so that counters do not jitter. Hints are left out: advances are
unhinted."""

import os
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

HERE = os.path.dirname(os.path.abspath(__file__))
SHARE = "/usr/share/fonts"
NOTO_SC = 2  # number of the "Noto Sans CJK SC" face in Debian's collections


def span(first, last):
    return set(range(first, last + 1))


# Latin with its extensions, Greek, punctuation, figures, arrows, maths, shapes.
LATIN = span(0x20, 0x7E) | span(0xA0, 0x24F) | span(0x2B0, 0x2DF) | span(0x370, 0x3FF)
SYMBOLS = (
    span(0x2000, 0x206F) | span(0x2070, 0x209F) | span(0x20A0, 0x20BF) | span(0x2100, 0x215F)
    | span(0x2190, 0x21FF) | span(0x2200, 0x22FF) | span(0x2300, 0x23FF) | span(0x25A0, 0x25FF)
    | span(0x2600, 0x27BF) | span(0x27F0, 0x27FF)
)
BOXES = span(0x2500, 0x259F)
CJK_FORMS = span(0x3000, 0x303F) | span(0xFF01, 0xFFEE) | span(0x2460, 0x2473)


def gb2312(first_row, last_row):
    """The characters of some rows of GB 2312: level 1 is rows 16 to 55, level 2 rows 56 to 87."""
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            text = bytes((row + 0xA0, cell + 0xA0)).decode("gb2312", "ignore")
            found.update(map(ord, text))
    return found


def bake_tabular_digits(font):
    """Maps 0 to 9 to the glyphs that the `tnum` feature would choose."""
    gsub = font["GSUB"].table
    chosen = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    table = getattr(table, "ExtSubTable", table)
                    chosen.update(table.mapping)
    tabular = {digit: chosen[font.getBestCmap()[digit]] for digit in range(0x30, 0x3A)}
    for table in font["cmap"].tables:
        table.cmap.update(tabular)
    # Interpolated weights differ by a unit or two of 2816; all take the widest.
    width = max(font["hmtx"][glyph][0] for glyph in tabular.values())
    for glyph in tabular.values():
        font["hmtx"][glyph] = (width, font["hmtx"][glyph][1])


def kerning(font):
    """The pairs of ASCII without digits: {(left, right): units}, by the rules of GPOS type 2."""
    cmap = font.getBestCmap()
    glyphs = [cmap[c] for c in range(0x21, 0x7F) if not 0x30 <= c <= 0x39]
    gpos = font["GPOS"].table
    lookups = {index for record in gpos.FeatureList.FeatureRecord if record.FeatureTag == "kern"
               for index in record.Feature.LookupListIndex}
    pairs = {}
    for index in sorted(lookups):
        for table in gpos.LookupList.Lookup[index].SubTable:
            add_pairs(getattr(table, "ExtSubTable", table), glyphs, pairs)
    return {pair: units for pair, units in pairs.items() if units}


def add_pairs(table, glyphs, pairs):
    covered = {glyph: i for i, glyph in enumerate(table.Coverage.glyphs)}
    for left in glyphs:
        if left not in covered:
            continue
        if table.Format == 1:
            for record in table.PairSet[covered[left]].PairValueRecord:
                if record.SecondGlyph in glyphs:
                    pairs.setdefault((left, record.SecondGlyph), record.Value1.XAdvance)
            continue
        row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)].Class2Record
        for right in glyphs:
            value = row[table.ClassDef2.classDefs.get(right, 0)].Value1
            pairs.setdefault((left, right), value.XAdvance if value else 0)


def add_kern_table(font, pairs):
    table = KernTable_format_0()
    table.coverage = 1
    table.kernTable = pairs
    font["kern"] = newTable("kern")
    font["kern"].version = 0
    font["kern"].kernTables = [table]


def cut(font, wanted):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.recalc_timestamp = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 11, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "BASE", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)


def to_truetype(font):
    """Cubic outlines (CFF) to quadratic ones (glyf), at most half a unit away."""
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=0.5, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf
    for name in order:
        glyf.glyphs[name].recalcBounds(glyf)
        left = getattr(glyf.glyphs[name], "xMin", 0)
        font["hmtx"][name] = (font["hmtx"][name][0], left)
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    del font["CFF "]
    font.sfntVersion = "\000\001\000\000"


def make(name, source, wanted, number=-1, tabular=False):
    font = TTFont(os.path.join(SHARE, source), fontNumber=number, recalcTimestamp=False)
    if tabular:
        bake_tabular_digits(font)
    pairs = kerning(font) if tabular else {}
    cut(font, wanted)
    if name.endswith(".ttf") and "CFF " in font:
        to_truetype(font)
    if pairs:
        add_kern_table(font, pairs)
    path = os.path.join(HERE, name)
    font.save(path)
    print(f"{name}: {len(font.getBestCmap())} characters, {os.path.getsize(path)} bytes")


def main():
    latin = LATIN | SYMBOLS
    for weight in ("Regular", "Medium", "SemiBold"):
        make(f"Inter-{weight}.ttf", f"opentype/inter/Inter-{weight}.otf", latin, tabular=True)
    for weight in ("Regular", "SemiBold"):
        make(f"JetBrainsMono-{weight}.ttf", f"truetype/jetbrains-mono/JetBrainsMono-{weight}.ttf",
             latin | BOXES)
    forms = span(0x20, 0x7E) | span(0xA0, 0xFF) | SYMBOLS | BOXES | CJK_FORMS
    level1, level2 = gb2312(16, 55), gb2312(56, 87)
    if (len(level1), len(level2)) != (3755, 3008):
        sys.exit("GB 2312 has 3755 and 3008 characters")
    for weight in ("Regular", "Bold"):
        make(f"NotoSansSC-{weight}.otf", f"opentype/noto/NotoSansCJK-{weight}.ttc",
             forms | level1 | level2, number=NOTO_SC)


if __name__ == "__main__":
    main()
