//! The authorization code, from the browser's visit to its token.

use partner_center_mock::token_endpoint::Authorization;

use super::*;

/// The verifier and the challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VISIT: [(&str, &str); 7] = [
    ("client_id", "app"),
    ("response_type", "code"),
    ("redirect_uri", "http://localhost:1234"),
    ("scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access"),
    ("state", "a state&more"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

/// Visits the endpoint with these fields: the status, and the fields of the redirect or the AADSTS code.
async fn visit(entra: &TokenEndpoint, fields: &[(&str, &str)]) -> Result<(u16, Vec<(String, String)>), Box<dyn Error>> {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let response = client.get(format!("{}?{query}", entra.authorization_url(TENANT))).send().await?;
    let status = response.status().as_u16();
    let Some(location) = response.headers().get("location") else {
        let code = code(&response.json().await?);
        return Ok((status, vec![("AADSTS".to_owned(), code.to_string())]));
    };
    let query = location.to_str()?.strip_prefix("http://localhost:1234?").ok_or("another address")?;
    Ok((status, form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
}

/// The form that redeems a code.
fn form<'a>(code: &'a str, redirect_uri: &'a str, verifier: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ]
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn a_browser_is_sent_back_with_a_code_for_the_client_that_asked() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (status, fields) = visit(&entra, &VISIT).await?;
    assert_eq!((status, fields.len(), &fields[1]), (302, 2, &pair("state", "a state&more")));
    let issued = &*fields[0].1;
    for (form, expected) in [
        (form(issued, "http://localhost:4321", VERIFIER), 500_112),
        (form(issued, "http://localhost:1234", CHALLENGE), 501_481),
        (form(issued, "http://localhost:1234", ""), 501_481),
    ] {
        assert_eq!(code(&ask(&entra, &form).await?.1), expected, "{form:?}");
    }
    let right = form(issued, "http://localhost:1234", VERIFIER);
    let (status, body) = ask(&entra, &right).await?;
    assert!(status == 200 && body.get("refresh_token").is_some(), "{body}");
    assert_eq!(code(&ask(&entra, &right).await?.1), 54005, "a code is good once");
    assert_eq!((entra.count(Grant::Authorization), entra.count(Grant::AuthorizationCode)), (1, 5));
    Ok(())
}

#[tokio::test]
async fn a_code_that_was_never_issued_is_rejected() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (status, body) = ask(&entra, &form("made-up", "http://localhost:1234", VERIFIER)).await?;
    assert_eq!((status, text(&body, "error").as_str(), code(&body)), (400, "invalid_grant", 70000));
    Ok(())
}

#[tokio::test]
async fn authorization_can_be_declined_or_have_another_state() -> Outcome {
    let entra = TokenEndpoint::builder().authorization(Authorization::Declined).start().await?;
    let (_, fields) = visit(&entra, &VISIT).await?;
    assert_eq!((&fields[0], &fields[2]), (&pair("error", "access_denied"), &pair("state", "a state&more")));
    let entra = TokenEndpoint::builder().authorization(Authorization::WrongState).start().await?;
    let (_, fields) = visit(&entra, &VISIT).await?;
    assert_eq!((&*fields[0].0, &fields[1]), ("code", &pair("state", "another")));
    Ok(())
}

#[tokio::test]
async fn an_incomplete_authorization_request_is_not_redirected() -> Outcome {
    let entra = TokenEndpoint::builder().client_id("app").start().await?;
    for name in ["client_id", "response_type", "redirect_uri", "scope"] {
        let fields: Vec<_> = VISIT.into_iter().filter(|(known, _)| *known != name).collect();
        assert_eq!(visit(&entra, &fields).await?, (400, vec![pair("AADSTS", "900144")]), "{name}");
    }
    for (name, value, expected) in [
        ("client_id", "other", "700016"),
        ("response_type", "token", "700051"),
        ("code_challenge_method", "plain", "501491"),
    ] {
        let fields = VISIT.map(|(known, old)| (known, if known == name { value } else { old }));
        assert_eq!(visit(&entra, &fields).await?, (400, vec![pair("AADSTS", expected)]), "{name}");
    }
    let posted = post(&entra.authorization_url(TENANT), &VISIT).await?;
    assert_eq!(code(&posted.1), 900_561);
    Ok(())
}
