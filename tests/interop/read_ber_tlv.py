"""Prints what PyPI's ber-tlv sees in combined codes.

Standard input: a JSON string with a code's text each line. Standard output: a JSON tree each line, objects as
[tag, value], a primitive's value in hexadecimal, a constructed one's as a list of objects.
"""

import base64
import json
import sys

from ber_tlv.tlv import Tlv


def tree(objects):
    return [
        [f"{tag:02X}", tree(value) if isinstance(value, list) else value.hex().upper()]
        for tag, value in objects
    ]


for line in sys.stdin:
    print(json.dumps(tree(Tlv.parse(base64.b64decode(json.loads(line), validate=True)))))
