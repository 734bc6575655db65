"""Reads every picture of a folder with zbar and zxing-cpp: a line of number, reader, CPU milliseconds, text for each."""

import pathlib
import sys
import time

from PIL import Image

ROUNDS = 3
READERS = {}
try:
    from pyzbar import pyzbar

    qr = [pyzbar.ZBarSymbol.QRCODE]
    READERS["zbar"] = lambda gray: [r.data.decode() for r in pyzbar.decode(gray)]
    READERS["zbar-qr"] = lambda gray: [r.data.decode() for r in pyzbar.decode(gray, symbols=qr)]
except ImportError:
    pass
try:
    import zxingcpp

    READERS["zxing"] = lambda gray: [
        r.text for r in zxingcpp.read_barcodes(gray, formats=zxingcpp.BarcodeFormat.QRCode)
    ]
except ImportError:
    pass

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.png")):
    gray = Image.open(path).convert("L")
    gray.load()
    for name, read in READERS.items():
        best, texts = float("inf"), []
        for _ in range(ROUNDS):
            start = time.process_time()
            texts = read(gray)
            best = min(best, (time.process_time() - start) * 1e3)
        print(int(path.stem), name, f"{best:.3f}", texts[0] if texts else "")
