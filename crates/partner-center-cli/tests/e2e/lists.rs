//! Lists of customers, in every form in which other programs write them.

use crate::support::{Outcome, UNKNOWN, World, id};

/// A GUID that is not a customer's: requesting it would fail.
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
        format!("{{{a}}}\n{}", b.replace('-', "")),
        format!("[Internal] ours\n{a}\n{b}"),
        format!("# \"ours\n{a}\n{b}"),
        format!("| Name | Id |\n|---|---|\n| x | {a} |\n| y | {b} |\n"),
        format!("{{\"totalCount\":2,\"items\":[{{\"id\":\"{a}\"}},{{\"id\":\"{b}\"}}]}}"),
        format!("{{\"@odata.context\":\"x\",\"value\":[{{\"tenantId\":\"{a}\"}},{{\"tenantId\":\"{b}\"}}]}}"),
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
fn only_the_column_of_the_header_counts() {
    let (world, a, b) = (World::new(), id(0), id(1));
    for (list, more, reported) in [
        (
            format!("CustomerId,Order\n{a},{OTHER}\n#N/A,{OTHER}\nfoo,{OTHER}\n,{OTHER}\n{b},{OTHER}\n"),
            &[][..],
            vec![3, 4, 5],
        ),
        (format!("Order,CustomerId,x\n{OTHER}\n{OTHER},{a},x\n{OTHER},{b}\n"), &[], vec![2]),
        (format!("Name,Order,Tenant\nSmith, Ltd,{OTHER},\nx,{OTHER},{a}\ny,,{b}\n"), &[], vec![2]),
        (format!("Id{:35}Order\n--{:35}-----\n{:37}{OTHER}\n{a} {OTHER}\n{b} x\n", "", "", ""), &[], vec![3]),
        (format!("CustomerId;Reseller\n{OTHER};{a}\n{OTHER};none\n{OTHER};{b}\n"), &["--column", "reseller"], vec![3]),
    ] {
        assert_eq!(read(&world, &list, more), (both().0, reported), "{list}");
    }
}

#[test]
fn printed_tables_are_cut_at_whole_headings_and_wide_characters() {
    let (world, a, b) = (World::new(), id(0), id(1));
    let table = |name: &str| {
        format!(
            "\nName      CommerceId{:27}{name}\n----      ----------{:27}--\n\u{6771}\u{4eac}\u{90fd}    {OTHER} {a}\nM\u{fc}ller    {OTHER} {b}\n",
            "", ""
        )
    };
    assert_eq!(read(&world, &table("Id"), &[]), both());
    assert_eq!(read(&world, &table("Id"), &["--column", "Id"]), both());
    assert_eq!(read(&world, &table("me"), &["--column", "me"]), both());
}

#[test]
fn a_number_sign_begins_a_comment_in_plain_lists_and_a_row_in_tables() {
    let (world, a, b) = (World::new(), id(0), id(1));
    for (list, reported) in [
        (format!("# {OTHER}\n{a}\n# x, {OTHER}\n#\n{b}\n"), vec![]),
        (format!("#TYPE Customer\nName,CustomerId\n#1 Dental,{a}\n#N/A,{b}\n"), vec![]),
        (format!("#TYPE C\nName,Id\nx,{a}\n#TYPE C\nName,Id\ny,{b}\n"), vec![]),
        (format!("CustomerId;Name\n{a};x\n#N/A;y\n{b};z\n"), vec![3]),
        (format!("# ours\n#1 Dental;{a}\nx;{b}\n# {OTHER};y\n"), vec![]),
    ] {
        assert_eq!(read(&world, &list, &[]), (both().0, reported), "{list}");
    }
}

#[test]
fn titles_and_headers_are_no_customers_and_no_failures() {
    let (world, a, b) = (World::new(), id(0), id(1));
    let title = "Customers as of 27/11/2026\n\nBy admin, 27.11.2026\n";
    for header in ["Tenant GUID", "Directory ID", "Directory (tenant) ID", "AAD Tenant", "AAD Tenant (ID)", "GUID"] {
        let list = format!("{title}Order;{header}\n{OTHER};{a}\n{OTHER};{b}\n");
        assert_eq!(read(&world, &list, &[]), both(), "{list}");
    }
    assert_eq!(read(&world, &format!("{title}Firma;Kunden-ID\nx;{a}\ny;{b}\n"), &[]), both());
    for first in [&a[1..], &a[..23], "contoso.com"] {
        for list in [format!("{first}\n{a}\n{b}\n"), format!("{first},x\n{a},y\n{b},z\n")] {
            assert_eq!(read(&world, &list, &[]), (both().0, vec![1]), "{list}");
        }
    }
    for list in [format!("Ours\nContoso\n{a}\n{b}\n"), format!("\n12345678\n{a}\n{b}\n")] {
        assert_eq!(read(&world, &list, &[]), (both().0, vec![2]), "{list}");
    }
}

#[test]
fn what_is_not_a_list_is_one_error_and_nothing_is_sent() {
    let (world, a) = (World::new(), id(0));
    let record = format!("{{\"id\":\"{a}\"}}");
    let utf16: String = format!("Name\tId\nx\t{a}\n").chars().flat_map(|character| [character, '\0']).collect();
    for (list, column, why) in [
        ("PK\u{3}\u{4}\u{14}\0\n\n".to_owned(), "", "is an Excel workbook"),
        (utf16, "", "is not text"),
        (format!("[\n{record},\n{{\"id"), "", "is JSON that ends early"),
        (
            format!("{{\"items\":\n[{record},\n{{\"id"),
            "",
            "is JSON that ends early (EOF while parsing a string at line 3",
        ),
        (format!("{record}\n{a}\n"), "", "is not valid JSON"),
        (format!("[\n{record},\n]"), "", "is not valid JSON (trailing comma at line 3 column 1)"),
        ("CustomerId,Name\n".to_owned(), "", "has a header and no customers"),
        (format!("CommerceId,Name\n{a},x\n"), "", "has no column with tenant ids: CommerceId,Name"),
        (format!("Subscription Id;Status\n{a};x\n"), "", "has no column with tenant ids: Subscription Id;Status"),
        (format!("Name    CommerceId\n----    ----------\nx       {a}\n"), "", "has no column with tenant ids: Name"),
        (format!("CommerceId\n{a}\n"), "", "has no column with tenant ids: CommerceId"),
        (format!("CustomerId,Name\n{a},x\n"), "nope", "has no column nope"),
        (format!("{a}\n"), "CustomerId", "has no column CustomerId"),
        (format!("[{record}]"), "nope", "has no column nope"),
        (format!("{record}\n{record}\n"), "nope", "has no column nope"),
        (format!("[\"{a}\"]"), "nope", "has no column nope"),
    ] {
        let outcome = get(&world, &list, &["--column", column][if column.is_empty() { 2 } else { 0 }..]);
        let errors: Vec<&str> = outcome.err.lines().filter(|line| !line.starts_with("warning:")).collect();
        assert_eq!(outcome.code, Some(2), "{list}");
        assert!(errors[0].starts_with(&format!("error: the list on standard input {why}")), "{}", errors[0]);
    }
    assert_eq!(world.service.request_count(), 0);
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
    let several = "contains several GUIDs, and neither a header nor --column says which to use";
    for (list, column, reason) in [
        (format!("contoso.com\n{a}\n"), "", "line 1 of the list is not a tenant id: contoso.com"),
        (format!("{a}\nContoso,GB\n"), "", "line 2 of the list contains no tenant id: Contoso,GB"),
        (format!("{{\"id\":\"{a}\"}}\n{{\"id\":"), "", "element 2 of the list is JSON that ends early: {\"id\":"),
        (format!("{{\"id\":}}\n{{\"id\":\"{a}\"}}"), "", "element 1 of the list is not valid JSON: {\"id\":}"),
        (format!("{a}\n{a},{b}\n"), "", &*format!("line 2 of the list {several}: {a},")),
        (format!("Id,x\n{a},\n,x\n"), "", "line 3 of the list has no value in the column Id: ,x"),
        (format!("x;Id\nx;{a}\n{b};#N/A\n"), "", "line 3 of the list has no tenant id in the column Id: "),
        (format!("x;Id\nx;{a}\n\"x;{b}\n"), "", "line 3 of the list has a quotation mark that is not closed: "),
        (format!("x;Id\nx;{a}\ny;z;{b}\n"), "", "line 3 of the list has more cells than the header: "),
        (format!("Id;Name\n{a};x\n"), "name", "line 2 of the list has no tenant id in the column Name: "),
        (format!("Id;Name\n{a};x\n"), "name", "the list on standard input contains no tenant id in the column Name"),
        (format!("CustomerId : {a}\n\nCustomerId :\n"), "", "line 3 of the list has no value in the column CustomerId"),
        (format!("[\n\"{a}\",\n{{\n\"x\": 1\n}}]"), "", "element 2 of the list has no field of a tenant id: {\"x\":1}"),
        (format!("[{{\"x\":\"{a}\"}},{{}}]"), "x", "element 2 of the list has no field x: {}"),
        (format!("[\"{a}\",{{\"Id\":null}}]"), "", "element 2 of the list has no tenant id in the column Id: "),
    ] {
        let outcome = get(&world, &list, &["--column", column][if column.is_empty() { 2 } else { 0 }..]);
        assert!(outcome.err.contains(reason), "{reason}\n{}", outcome.err);
    }
    for list in [format!("{a},{b}\n{a}"), format!("{a};x\t{b}\n{a}"), format!("\"x\",\"{a}\",\"{b}\"\n{a}")] {
        assert_eq!(read(&world, &list, &[]), (vec![a.clone()], vec![1]), "{list}");
    }
}
