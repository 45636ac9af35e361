//! The list of customers, however it was put together.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use partner_center::uuid::Uuid;

use super::cells::{self, Entry};
use crate::failure::Failure;
use crate::terminal::{plain, warn};

/// What a list holds.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Each customer once, in the order of the list.
    pub(super) customers: Vec<Uuid>,
    /// The lines that name no customer for certain.
    pub(super) unreadable: Vec<Unreadable>,
    /// How many lines name a customer again.
    pub(super) repeated: usize,
}

/// A line that names no customer for certain.
#[derive(Debug)]
pub(super) struct Unreadable {
    number: usize,
    why: &'static str,
    text: String,
}

/// So many lines without a tenant id are told one by one.
const TOLD: usize = 10;

/// Reads the list and says which lines it could not make out.
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
    let input = parse(&text(&bytes));
    for line in input.unreadable.iter().take(TOLD) {
        warn(&line.to_string());
    }
    if input.unreadable.len() > TOLD {
        warn(&format!("{} more lines of the list name no customer", input.unreadable.len() - TOLD));
    }
    // Most likely the name is wrong, and a run over nobody would look like a success.
    if input.customers.is_empty() && !input.unreadable.is_empty() {
        let name = if path.as_os_str() == "-" { "on standard input".to_owned() } else { path.display().to_string() };
        return Err(Failure::usage(
            format!("the list {name} holds no tenant id"),
            "Give a list with one customer's tenant id a line; the portal shows it as Microsoft ID.",
        ));
    }
    Ok(input)
}

/// The text; Windows tools also write UTF-16, and what is no text at all fails line by line.
fn text(bytes: &[u8]) -> String {
    let wide = |read: fn([u8; 2]) -> u16, rest: &[u8]| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        bytes => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn parse(text: &str) -> Input {
    // Files put one after the other each bring their own mark.
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_start_matches('\u{feff}').trim()).collect();
    let mut input = Input::default();
    let (mut known, mut header, mut is_first, mut at) = (HashSet::new(), None, true, 0);
    while at < lines.len() {
        let (entry, length) = cells::entry(&lines[at..]);
        let unreadable = |why| Unreadable { number: at + 1, why, text: lines[at].to_owned() };
        match entry {
            Entry::Nothing => {}
            Entry::Customer(customer) if known.insert(customer) => input.customers.push(customer),
            Entry::Customer(_) => input.repeated += 1,
            Entry::Several => input.unreadable.push(unreadable("holds several tenant ids")),
            Entry::Unknown if is_first && is_header(lines[at]) => header = Some(unreadable("holds no tenant id")),
            Entry::Unknown => input.unreadable.push(unreadable("holds no tenant id")),
        }
        is_first &= entry == Entry::Nothing;
        at += length;
    }
    // Above nobody it is no header.
    if input.customers.is_empty() {
        input.unreadable.splice(0..0, header);
    }
    input
}

/// Names of columns hold no digits.
fn is_header(line: &str) -> bool {
    !line.contains(|character: char| character.is_ascii_digit() || character == '\u{fffd}')
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = plain(&self.text).chars().take(60).collect();
        write!(f, "line {} of the list {}: {shown}", self.number, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";
    const B: &str = "7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55";

    fn read(bytes: impl AsRef<[u8]>) -> (Vec<String>, Vec<usize>) {
        let input = parse(&text(bytes.as_ref()));
        let customers = input.customers.iter().map(ToString::to_string).collect();
        (customers, input.unreadable.iter().map(|line| line.number).collect())
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
            format!("{A}\r{B}\r"),
            format!("{A}\n\u{feff}{B}\n"),
            format!("# ours\n\n  {A}  # Contoso, formerly {B}\n\t\n{B}\n"),
            format!("customerTenantId\n{upper}\n{braces}\n"),
            format!("\"Microsoft ID\",\"Name\"\n\"{A}\",\"Contoso, Ltd\"\n'{B}',x\n"),
            format!("Name;Tenant\nContoso #1;{A}\nFabrikam;{upper}\nx;{B}"),
            format!("{A}\t{A}\n{B},5\" disks"),
            format!("{}\n{B}", A.replace('-', "")),
            format!("# \"ours\n{A}\n{B}"),
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
    fn a_line_break_within_quotes_is_of_the_same_line_and_an_odd_quote_swallows_nobody() {
        assert_eq!(read(format!("\"{A}\",\"Contoso\r\nLtd\"\nx\n{B}")), (both().0, vec![3]));
        assert_eq!(read(format!("{A},\"Contoso\n{B},\"Fabrikam\n")), both());
        assert_eq!(read(format!("{A},\"Contoso\n{B}\n")), both());
    }

    #[test]
    fn tells_the_number_of_each_line_that_is_no_guid_and_goes_on() {
        let list = format!("id\n{A}\nnot a guid\n{}\n\n{B}\nid\n", &A[1..]);
        assert_eq!(read(list), (both().0, vec![3, 4, 7]));
        assert_eq!(read([A.as_bytes(), b"\n\xff\xfe\x80\n", B.as_bytes()].concat()), (both().0, vec![2]));
        assert_eq!(read(b"\x80\x81"), (vec![], vec![1]));
    }

    #[test]
    fn a_line_of_two_customers_is_told_instead_of_losing_one() {
        for list in [format!("{A},{B}\n{A}"), format!("{A};x\t{B}\n{A}"), format!("\"x\",\"{A}\",\"{B}\"\n{A}")] {
            assert_eq!(read(&list), (vec![A.to_owned()], vec![1]), "{list}");
        }
    }

    #[test]
    fn a_header_above_nobody_is_told() {
        assert_eq!(read("Name,Tenant\n\n"), (vec![], vec![1]));
        assert_eq!(read("# nobody\n\n"), (vec![], vec![]));
    }

    #[test]
    fn names_each_customer_once() {
        let input = parse(&format!("{A}\n{B}\n{}\n", A.to_uppercase()));
        assert_eq!((input.customers.len(), input.repeated), (2, 1));
    }
}
