"""Prints what zxing-cpp reads in the pictures whose paths are given: a JSON list of texts each line."""

import json
import sys

import zxingcpp
from PIL import Image

for path in sys.argv[1:]:
    with Image.open(path) as picture:
        print(json.dumps([code.text for code in zxingcpp.read_barcodes(picture)]))
