//! The list of customers, however it was put together.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use partner_center::uuid::Uuid;

use crate::failure::Failure;

/// What a list holds.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Each customer once, in the order of the list.
    pub(super) customers: Vec<Uuid>,
    /// The lines without a tenant id: number and text.
    pub(super) unreadable: Vec<(usize, String)>,
    /// How many lines name a customer again.
    pub(super) repeated: usize,
}

pub(super) fn read(path: &Path) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    let outcome = if path.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    outcome.map_err(|error| {
        Failure::file(
            &error,
            format!("the list {} cannot be read", path.display()),
            "Check the name given with --from.",
        )
    })?;
    Ok(parse(&text(&bytes)))
}

/// The text; Windows tools also write UTF-16, and what is no text at all fails line by line.
fn text(bytes: &[u8]) -> String {
    let wide = |read: fn([u8; 2]) -> u16, rest: &[u8]| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn parse(text: &str) -> Input {
    let mut input = Input::default();
    let mut known = HashSet::new();
    let mut is_first = true;
    for (index, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default().trim();
        if content.is_empty() {
            continue;
        }
        match tenant_id(content) {
            Some(customer) if known.insert(customer) => input.customers.push(customer),
            Some(_) => input.repeated += 1,
            None if is_first && is_header(content) => {}
            None => input.unreadable.push((index + 1, line.trim().to_owned())),
        }
        is_first = false;
    }
    input
}

/// The first cell of the line that is a GUID, in any of its spellings.
fn tenant_id(line: &str) -> Option<Uuid> {
    let cells = line.split([',', ';', '\t']);
    cells.map(|cell| cell.trim().trim_matches(['"', '\'']).trim()).find_map(|cell| Uuid::parse_str(cell).ok())
}

/// Names of columns hold no digits.
fn is_header(line: &str) -> bool {
    !line.contains(|character: char| character.is_ascii_digit() || character == '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";
    const B: &str = "7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55";

    fn read(bytes: impl AsRef<[u8]>) -> (Vec<String>, Vec<usize>) {
        let input = parse(&text(bytes.as_ref()));
        let customers = input.customers.iter().map(ToString::to_string).collect();
        (customers, input.unreadable.iter().map(|(number, _)| *number).collect())
    }

    fn both() -> (Vec<String>, Vec<usize>) {
        (vec![A.to_owned(), B.to_owned()], vec![])
    }

    #[test]
    fn takes_every_spelling_of_a_list() {
        let (upper, braces) = (A.to_uppercase(), format!("{{{B}}}"));
        for list in [
            format!("{A}\n{B}"),
            format!("\u{feff}{A}\r\n{B}\r\n"),
            format!("# ours\n\n  {A}  # Contoso\n\t\n{B}\n"),
            format!("customerTenantId\n{upper}\n{braces}\n"),
            format!("\"Microsoft ID\",\"Name\"\n\"{A}\",\"Contoso, Ltd\"\n'{B}',x\n"),
            format!("Name;Tenant\nContoso 1;{A}\nFabrikam;{upper}\nx;{B}"),
            format!("{}\n{B}", A.replace('-', "")),
        ] {
            assert_eq!(read(&list), both(), "{list}");
        }
    }

    #[test]
    fn takes_utf_16_with_its_mark() {
        let units = format!("{A}\r\n{B}\r\n").encode_utf16().collect::<Vec<_>>();
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        assert_eq!((read(little), read(big)), (both(), both()));
    }

    #[test]
    fn tells_the_number_of_each_line_that_is_no_guid_and_goes_on() {
        let list = format!("id\n{A}\nnot a guid\n{}\n\n{B}\nid\n", &A[1..]);
        assert_eq!(read(list), (both().0, vec![3, 4, 7]));
        assert_eq!(read([A.as_bytes(), b"\n\xff\xfe\x80\n", B.as_bytes()].concat()), (both().0, vec![2]));
        assert_eq!(read(b"\x80\x81"), (vec![], vec![1]));
    }

    #[test]
    fn names_each_customer_once() {
        let input = parse(&format!("{A}\n{B}\n{}\n", A.to_uppercase()));
        assert_eq!((input.customers.len(), input.repeated), (2, 1));
    }
}
