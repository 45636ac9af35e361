//! The text of a file that Windows PowerShell may have written, with a byte order mark.

use secrecy::zeroize::Zeroizing;

use crate::exchange::without_byte_order_mark;

/// The text without its byte order mark: UTF-16 where the mark says so, else UTF-8; `None` if it is neither.
pub(super) fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return std::str::from_utf8(without_byte_order_mark(bytes)).ok().map(|text| Zeroizing::new(text.into())),
    };
    let (pairs, rest) = bytes[2..].as_chunks();
    let units = Zeroizing::new(pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    String::from_utf16(&units).ok().filter(|_| rest.is_empty()).map(Zeroizing::new)
}
