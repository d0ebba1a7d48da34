//! Files that hold other things: archives and PDF.

use super::HostileFile;

/// How much each entry of the bomb unpacks to, and how many there are.
const UNPACKED: u32 = 16 * 1024 * 1024;
const ENTRIES: u16 = 60_000;

pub(super) fn files(canary: &str) -> Vec<HostileFile> {
    vec![
        HostileFile::new("bomb.zip", "60,000 files inside", bomb()),
        HostileFile::new(
            "outside.zip",
            "../../../etc/cron.d/ran",
            zip(
                &[
                    b"../../../etc/cron.d/ran",
                    b"/etc/ran",
                    b"<img src=x onerror=window.ran=1>",
                    b"\xff\x00\n",
                ],
                &stored(b"x"),
                1,
            ),
        ),
        HostileFile::new("outside.tar", "../../etc/cron.d/ran", tar()),
        HostileFile::new("script.pdf", "Harbour dues", pdf(canary, "")),
        HostileFile::new("picture.pdf", "1 page", pdf(canary, "/X1 Do")),
        HostileFile::new(
            "font.pdf",
            "1 page",
            pdf(canary, "BT /F2 9 Tf 20 60 Td (a) Tj ET"),
        ),
        HostileFile::new(
            "cut.pdf",
            "This PDF cannot be shown here.",
            "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\n",
        ),
    ]
}

/// One short run of zeros that every entry calls its own: 4 MB that name a terabyte.
fn bomb() -> Vec<u8> {
    let names: Vec<String> = (0..ENTRIES).map(|number| format!("{number}.csv")).collect();
    let names: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
    let packed = (8, zeros(UNPACKED));
    zip(&names, &packed, UNPACKED)
}

/// A ZIP's method of packing, and what was packed.
type Packed = (u16, Vec<u8>);

fn stored(bytes: &[u8]) -> Packed {
    (0, bytes.to_vec())
}

/// A ZIP whose entries all lie at the same place.
fn zip(names: &[&[u8]], packed: &Packed, unpacked: u32) -> Vec<u8> {
    let (method, data) = packed;
    let length = u32::try_from(data.len()).unwrap_or_default();
    let middle = |name: &[u8]| {
        let mut bytes = Vec::new();
        bytes.extend([20, 0, 0, 0]);
        bytes.extend(method.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend([0; 4]);
        bytes.extend(length.to_le_bytes());
        bytes.extend(unpacked.to_le_bytes());
        bytes.extend(u16::try_from(name.len()).unwrap_or_default().to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    };
    let first = names.first().copied().unwrap_or_default();
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend(middle(first));
    bytes.extend(first);
    bytes.extend(data);
    let list = bytes.len();
    for name in names {
        bytes.extend(b"PK\x01\x02\x14\x00");
        bytes.extend(middle(name));
        // No comment, the first disk, no attributes, and the place of the one entry.
        bytes.extend([0; 14]);
        bytes.extend(*name);
    }
    let end = bytes.len();
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX).to_le_bytes();
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend(u32::try_from(end - list).unwrap_or_default().to_le_bytes());
    bytes.extend(u32::try_from(list).unwrap_or_default().to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// So many zeros, and one, in the words of RFC 1951: a zero, then "the last 258 again" over and over.
fn zeros(count: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with the fixed codes.
    bits.low_first(1, 1);
    bits.low_first(1, 2);
    bits.high_first(0b0011_0000, 8);
    for _ in 0..count / 258 {
        bits.high_first(0b1100_0101, 8);
        bits.high_first(0, 5);
    }
    bits.high_first(0, 7);
    bits.bytes
}

/// Bits from the lowest of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.used % 8);
        }
        self.used += 1;
    }

    fn low_first(&mut self, value: u32, bits: u32) {
        for bit in 0..bits {
            self.push(value >> bit & 1 == 1);
        }
    }

    fn high_first(&mut self, value: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.push(value >> bit & 1 == 1);
        }
    }
}

/// Names that lead out of the folder, links that do, a device, and a file that says it has eight gigabytes.
fn tar() -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, target, size) in [
        ("../../etc/cron.d/ran", b'0', "", 0),
        ("/etc/ran", b'0', "", 0),
        ("out", b'2', "/etc/passwd", 0),
        ("hard", b'1', "../../etc/passwd", 0),
        ("device", b'3', "", 0),
        ("<img src=x onerror=window.ran=1>", b'0', "", 0),
        ("large", b'0', "", 0o77_777_777_777_u64),
    ] {
        let mut head = [0_u8; 512];
        let mut put =
            |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{size:011o}"));
        put(136, "00000000000");
        put(148, "        ");
        put(157, target);
        put(257, "ustar");
        put(263, "00");
        head[156] = kind;
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        head[154] = 0;
        bytes.extend(head);
    }
    bytes
}

/// One page, with everything that acts by itself in a PDF: scripts when it opens and when the page is shown, links,
/// forms that send themselves, a program to launch, a picture from elsewhere, and a font whose matrix is a script.
/// The page draws its words, and `more`.
fn pdf(canary: &str, more: &str) -> Vec<u8> {
    let script = format!("app.alert(1); window.ran=1; app.launchURL('{canary}/p')")
        .replace('(', "\\(")
        .replace(')', "\\)");
    let words = format!("BT /F1 18 Tf 20 100 Td (Harbour dues) Tj ET {more}");
    let objects = [
        format!("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS ({script}) >> /AA << /WC << /S /URI /URI ({canary}/wc) >> >> /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS ({script}) >>] >> >> /AcroForm << /Fields [6 0 R] /XFA ({script}) >> >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 150] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 8 0 R >> /XObject << /X1 7 0 R >> >> /Annots [6 0 R << /Type /Annot /Subtype /Link /Rect [0 0 300 150] /A << /S /URI /URI ({canary}/link) >> >> << /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (calc.exe) >> >>] /AA << /O << /S /JavaScript /JS ({script}) >> >> >>"),
        format!("<< /Length {} >>\nstream\n{words}\nendstream", words.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Type /Annot /Subtype /Widget /FT /Btn /T (b) /Rect [9 9 90 30] /A << /S /SubmitForm /F ({canary}/submit) >> /AA << /E << /S /JavaScript /JS ({script}) >> >> >>"),
        format!("<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /F << /FS /URL /F ({canary}/x.png) >> /Length 0 >>\nstream\n\nendstream"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Other /FontMatrix [0.001 0 0 0.001 0 (0\\); window.ran=1; //)] /FirstChar 97 /LastChar 97 /Widths [500] >>".to_owned(),
    ];
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = bytes.len();
    let rows: Vec<String> = places
        .iter()
        .map(|place| format!("{place:010} 00000 n \n"))
        .collect();
    let rows = rows.concat();
    let count = objects.len() + 1;
    bytes.extend(
        format!("xref\n0 {count}\n0000000000 65535 f \n{rows}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n")
            .into_bytes(),
    );
    bytes
}
