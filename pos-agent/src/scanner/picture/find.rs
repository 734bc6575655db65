//! QR codes in a picture of black and white, by rxing's port of zxing-cpp: it finds the three corners in any rotation and in
//! perspective, and straightens what lies between.

use rxing::{
    common::{BitMatrix, DetectorRXingResult},
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR},
    },
};

/// How many sets of three corners are tried; noise looks like many of them, and the likeliest come first.
const CORNER_SETS_MAX: usize = 30;

/// The text of each code, as it is found.
pub(super) fn codes(bits: &BitMatrix) -> impl Iterator<Item = String> {
    let mut corners = FindFinderPatterns(bits, true, 0);
    let sets = GenerateFinderPatternSets(&mut corners).into_iter().take(CORNER_SETS_MAX);
    let mut used = Vec::new();
    sets.filter_map(move |set| {
        let corners = [set.tl, set.tr, set.bl];
        if corners.iter().any(|corner| used.contains(corner)) {
            return None;
        }
        let straightened = SampleQR(bits, &set).ok()?;
        let code = Decode(straightened.getBits()).ok().filter(|code| code.isValid())?;
        used.extend(corners);
        Some(code.text())
    })
}
