//! Mutants of a captured answer.

use serde_json::{Value, json};

use crate::drift::wire::capture::{self, Body, Capture};
use crate::drift::wire::compare::Drift;

/// A captured answer, with invented data.
pub(super) const SAMPLE: &str = include_str!("../../../samples/answer.http");

/// A changed answer.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) what: String,
    /// What has to be told of it, and where; nothing where it has to be refused.
    pub(super) told: Option<(Drift, String)>,
    pub(super) capture: Capture,
}

/// The unchanged answer as an HTTP message, as a raw body and as the entry of a HAR file.
pub(super) fn originals() -> anyhow::Result<Vec<(&'static str, Vec<Capture>)>> {
    let sample = capture::read(SAMPLE.as_bytes())?;
    let Body::Json(body) = &sample[0].body else { anyhow::bail!("the sample holds no JSON") };
    let headers: Vec<Value> =
        sample[0].headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let (method, path) = sample[0].request.clone().unwrap_or_default();
    let har = json!({ "log": { "entries": [{
        "request": { "method": method, "url": format!("https://host.example{path}") },
        "response": { "status": sample[0].status, "headers": headers, "content": { "text": body.to_string() } },
    }] } });
    let raw = capture::read(body.to_string().as_bytes())?;
    let har = capture::read(har.to_string().as_bytes())?;
    Ok(vec![("HTTP message", sample), ("raw body", raw), ("HAR file", har)])
}

/// The changed answers.
pub(super) fn mutants(original: &Capture) -> Vec<Changed> {
    let mut mutants = Vec::new();
    let mut add = |kind, what: &str, told: Option<(Drift, String)>, change: &dyn Fn(&mut Capture) -> Option<()>| {
        let mut capture = original.clone();
        // A change that finds nothing to change leaves the original, which then is not caught: it shows.
        let _ = change(&mut capture);
        mutants.push(Changed { kind, what: what.to_owned(), told, capture });
    };
    let fields: Vec<String> = match &original.body {
        Body::Json(body) => body[0].as_object().into_iter().flat_map(serde_json::Map::keys).cloned().collect(),
        _ => Vec::new(),
    };
    for field in &fields {
        add("field renamed", field, at(Drift::UnknownField, &format!("/*/{field}Text")), &|capture| {
            let value = element(capture)?.shift_remove(field)?;
            element(capture)?.insert(format!("{field}Text"), value);
            Some(())
        });
        add("field removed", field, at(Drift::MissingField, &format!("/*/{field}")), &|capture| {
            element(capture)?.shift_remove(field).map(drop)
        });
        add("field retyped", field, at(Drift::OtherType, &format!("/*/{field}")), &|capture| {
            element(capture)?.insert(field.clone(), json!({ "value": 1 }));
            Some(())
        });
    }
    add("field added", "faxNumber", at(Drift::UnknownField, "/*/faxNumber"), &|capture| {
        element(capture)?.insert("faxNumber".to_owned(), json!("1"));
        Some(())
    });
    add(
        "element retyped",
        "technicalNotificationMails",
        at(Drift::OtherType, "/*/technicalNotificationMails/*"),
        &|capture| {
            element(capture)?.insert("technicalNotificationMails".to_owned(), json!(["a@b.example", 7]));
            Some(())
        },
    );
    add(
        "element made null",
        "technicalNotificationMails",
        at(Drift::OtherType, "/*/technicalNotificationMails/*"),
        &|capture| {
            element(capture)?.insert("technicalNotificationMails".to_owned(), json!([null]));
            Some(())
        },
    );
    add("array made an object", "body", at(Drift::OtherType, "body"), &|capture| {
        let Body::Json(body) = &mut capture.body else { return None };
        *body = body.get(0)?.clone();
        Some(())
    });
    add("body made text", "body", at(Drift::NotJson, "body"), &|capture| {
        capture.body = Body::Other;
        Some(())
    });
    add("body emptied", "body", at(Drift::NotJson, "body"), &|capture| {
        capture.body = Body::Empty;
        Some(())
    });
    add("error that is called JSON and is none", "403", at(Drift::NotJson, "body"), &|capture| {
        (capture.status, capture.body) = (403, Body::Other);
        Some(())
    });
    add("body that was not saved", "body", None, &|capture| {
        capture.body = Body::Unread("it was not saved");
        Some(())
    });
    for status in [202, 302] {
        add("status changed", &status.to_string(), at(Drift::UndeclaredStatus, "status"), &|capture| {
            capture.status = status;
            Some(())
        });
    }
    for header in ["MS-RequestId", "MS-CorrelationId", "MS-CV", "MS-ServerId"] {
        add("header renamed", header, at(Drift::UndeclaredHeader, &format!("header {header}-New")), &|capture| {
            let found = capture.headers.iter_mut().find(|(name, _)| name == header)?;
            found.0.push_str("-New");
            Some(())
        });
    }
    add("header added", "MS-Region", at(Drift::UndeclaredHeader, "header MS-Region"), &|capture| {
        capture.headers.push(("MS-Region".to_owned(), "eu".to_owned()));
        Some(())
    });
    add("media type changed", "Content-Type", at(Drift::UndeclaredMediaType, "header Content-Type"), &|capture| {
        let found = capture.headers.iter_mut().find(|(name, _)| name == "Content-Type")?;
        found.1 = "text/json".to_owned();
        Some(())
    });
    mutants
}

fn at(drift: Drift, place: &str) -> Option<(Drift, String)> {
    Some((drift, place.to_owned()))
}

fn element(capture: &mut Capture) -> Option<&mut serde_json::Map<String, Value>> {
    let Body::Json(body) = &mut capture.body else { return None };
    body.get_mut(0)?.as_object_mut()
}
