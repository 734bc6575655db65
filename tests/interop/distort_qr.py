"""Does to a screenshot what cameras and screens do, and prints what zxing-cpp reads.

usage: distort_qr.py SCREENSHOT FOLDER
Writes a picture for each distortion into FOLDER and prints a line of JSON for each: [file name, [texts]].
"""

import json
import pathlib
import sys

import zxingcpp
from PIL import Image, ImageFilter

ROUND_ABOUT = (90, 90, 90)


def in_perspective(screen: Image.Image) -> Image.Image:
    """As held askew: the far edge is a quarter shorter. Pillow wants where each corner of the result lies in the original."""
    width, height = screen.size
    corners = [(-width * 0.18, 0), (-width * 0.02, height), (width * 1.08, height), (width * 1.22, 0)]
    targets = [(0, 0), (0, height), (width, height), (width, 0)]
    return screen.transform(screen.size, Image.Transform.PERSPECTIVE, coefficients(targets, corners),
                            Image.Resampling.BICUBIC, fillcolor=ROUND_ABOUT)


def coefficients(targets, sources):
    """The eight numbers of the projection that takes the four targets to the four sources."""
    rows = []
    for (x, y), (u, v) in zip(targets, sources):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):
        best = max(range(place, 8), key=lambda row: abs(rows[row][place]))
        rows[place], rows[best] = rows[best], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other in range(8):
            if other != place:
                factor = rows[other][place]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[place])]
    return [row[8] for row in rows]


with Image.open(sys.argv[1]) as opened:
    screen = opened.convert("RGB")
pictures = {
    "as-it-is": screen,
    "blurred": screen.filter(ImageFilter.GaussianBlur(4)),
    "half": screen.resize((screen.width // 2, screen.height // 2), Image.Resampling.BILINEAR),
    "rotated": screen.rotate(15, Image.Resampling.BICUBIC, expand=True, fillcolor=ROUND_ABOUT),
    "in-perspective": in_perspective(screen),
}
pictures["all-at-once"] = in_perspective(
    pictures["half"].filter(ImageFilter.GaussianBlur(1.5))
    .rotate(15, Image.Resampling.BICUBIC, expand=True, fillcolor=ROUND_ABOUT))
for name, picture in pictures.items():
    file = pathlib.Path(sys.argv[2]) / f"{name}.png"
    picture.save(file)
    print(json.dumps([file.name, [code.text for code in zxingcpp.read_barcodes(picture)]]))
