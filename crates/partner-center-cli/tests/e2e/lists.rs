//! Lists of customers, in every form in which other programs write them.

use crate::support::{Outcome, UNKNOWN, World, id};

/// A GUID that is no customer: asking for it would fail.
const OTHER: &str = UNKNOWN;

fn get(world: &World, list: &str, more: &[&str]) -> Outcome {
    let arguments = [&["organization", "get", "--from", "-", "--format", "ndjson"], more].concat();
    world.run_with_input(&arguments, list.as_bytes())
}

/// The customers that are fetched, and the numbers of the lines that are reported.
fn read(world: &World, list: &str, more: &[&str]) -> (Vec<String>, Vec<usize>) {
    let outcome = get(world, list, more);
    assert!(!outcome.err.contains("error:"), "{list}\n{}", outcome.err);
    let customers = outcome.out.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        record["customerTenantId"].as_str().expect("an id").to_owned()
    });
    let reported = outcome.err.lines().filter_map(|line| line.strip_prefix("warning: line "));
    let numbers = reported.filter_map(|line| line.split(' ').next()?.parse().ok());
    (customers.collect(), numbers.collect())
}

fn both() -> (Vec<String>, Vec<usize>) {
    (vec![id(0), id(1)], vec![])
}

#[test]
fn every_spelling_of_a_list_is_read() {
    let (world, a, b) = (World::new(), id(0), id(1));
    let (upper, braces) = (a.to_uppercase(), format!("{{{b}}}"));
    for list in [
        format!("{a}\n{b}"),
        format!("{a}\r\n{b}\r\n"),
        format!("{a}\r{b}\r"),
        format!("{a}\n\u{feff}{b}\n"),
        format!("# ours\n\n  {a}  # Contoso, formerly {b}\n\t\n{b}\n"),
        format!("customerTenantId\n{upper}\n{braces}\n"),
        format!("\"Microsoft ID\",\"Name\"\n\"{a}\",\"Contoso, Ltd\"\n'{b}',x\n"),
        format!("Name;Tenant\nContoso #1;{a}\nFabrikam;{upper}\nx;{b}"),
        format!("{a}\t{a}\n{b},5\" disks"),
        format!("{}\n{b}", a.replace('-', "")),
        format!("# \"ours\n{a}\n{b}"),
    ] {
        assert_eq!(read(&world, &list, &[]), both(), "{list}");
    }
}

#[test]
fn every_encoding_that_windows_writes_is_read() {
    let world = World::new();
    let list = format!("Client\u{e9};Other\n{};{OTHER}\n", id(0));
    let marked: Vec<u16> = format!("\u{feff}{list}").encode_utf16().collect();
    let latin = list.chars().map(|character| character as u8).collect();
    for bytes in [
        marked.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        marked.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        format!("\u{feff}{list}").into_bytes(),
        latin,
    ] as [Vec<u8>; 4]
    {
        let arguments = ["organization", "get", "--from", "-", "--column", "client\u{e9}"];
        let outcome = world.run_with_input(&arguments, &bytes);
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""), "{bytes:?}");
    }
}

#[test]
fn a_header_says_which_of_several_ids_is_the_customer() {
    let (world, a, b) = (World::new(), id(0), id(1));
    for list in [
        format!("CommerceId,CustomerId,Name\n{OTHER},{a},x\n{OTHER},{b},\"y, z\"\n"),
        format!("sep=;\nCustomers of 2026;;\nKund\u{fc};Microsoft ID;Order\n;;\nx;{a};{OTHER}\ny;{b};{OTHER}\n"),
        format!("tenantId;customerTenantId\n{OTHER};{a}\n{OTHER};{b}\ntenantId;customerTenantId\n"),
        format!(
            "\nName    CommerceId{:27}CustomerId\n----    ----{:33}----\nx y     {OTHER} {a}\nz       {OTHER} {b}\n\n",
            "", ""
        ),
        format!("CommerceId : {OTHER}\nCustomerId : {a}\nName       :\n\nCommerceId : {OTHER}\nCustomerId : {b}\n"),
        format!("[{{\"id\":\"{a}\",\"x\":\"{OTHER}\"}},\"{b}\"]"),
        format!("{{\"customerTenantId\":\"{a}\",\"requestId\":\"{OTHER}\"}}\n{{\"customerTenantId\":\"{b}\"}}\n"),
    ] {
        assert_eq!(read(&world, &list, &[]), both(), "{list}");
    }
    let list = format!("CommerceId,CustomerId\n{OTHER},\n{OTHER},{a}\n");
    assert_eq!(read(&world, &list, &[]), (vec![a], vec![2]));
}

#[test]
fn a_named_column_is_the_only_one_that_counts() {
    let (world, a, b) = (World::new(), id(0), id(1));
    let list = format!("CustomerId;Reseller\n{OTHER};{a}\n{OTHER};none\n{OTHER};{b}\n");
    assert_eq!(read(&world, &list, &["--column", "reseller"]), (both().0, vec![3]));
    assert_eq!(get(&world, &list, &["--column", "missing"]).code, Some(2));
    assert_eq!(get(&world, &format!("{a}\n"), &["--column", "CustomerId"]).code, Some(2));
}

#[test]
fn an_open_quotation_mark_hides_no_customer() {
    let (world, a, b) = (World::new(), id(0), id(1));
    for (list, reported) in [
        // A line break within quotation marks is of the same line.
        (format!("\"{a}\",\"Contoso\r\nLtd\"\nx\n{b}"), vec![3]),
        (format!("{a},\"Contoso\n{b},\"Fabrikam\n"), vec![]),
        (format!("{a},\"Contoso\n{b}\n"), vec![]),
    ] {
        assert_eq!(read(&world, &list, &[]), (both().0, reported), "{list}");
    }
}

#[test]
fn lines_that_name_no_customer_are_reported_with_the_reason() {
    let (world, a, b) = (World::new(), id(0), id(1));
    let list = format!("id\n{a}\nnot a guid\n{}\n\n{b}\nid\n{}\n", &a[1..], a.to_uppercase());
    assert_eq!(read(&world, &list, &[]), (both().0, vec![3, 4]));
    let outcome = get(&world, &format!("contoso.com\n{a}\n{a},{b}\nContoso,GB\n"), &[]);
    for reason in [
        "line 1 of the list is not a tenant id: contoso.com",
        "several tenant ids (name their column with --column)",
        "line 4 of the list contains no tenant id: Contoso,GB",
    ] {
        assert!(outcome.err.contains(reason), "{}", outcome.err);
    }
    for list in [format!("{a},{b}\n{a}"), format!("{a};x\t{b}\n{a}"), format!("\"x\",\"{a}\",\"{b}\"\n{a}")] {
        assert_eq!(read(&world, &list, &[]), (vec![a.clone()], vec![1]), "{list}");
    }
}
