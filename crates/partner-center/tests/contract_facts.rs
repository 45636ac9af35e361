//! The facts of the contract's extensions and the SDK agree.

use partner_center::auth::{ClientSecret, MemoryStore, RefreshToken, StaticToken};
use partner_center::{Client, ClientBuilder, Cloud, Error, RetryPolicy, uuid::Uuid};
use partner_center_mock::httpmock::MockServer;
use serde_json::{Value, json};

#[test]
fn clouds_have_the_addresses_of_the_contract() {
    let contract = contract();
    let clouds = [("global", Cloud::Global), ("us-government", Cloud::UsGovernment), ("china", Cloud::China)];
    let stated = contract["x-partner-center-clouds"].as_array().expect("a list");
    assert_eq!(stated.len(), clouds.len());
    for (stated, (name, cloud)) in stated.iter().zip(clouds) {
        let known = json!([name, cloud.base_url(), cloud.authority(), cloud.audience()]);
        assert_eq!(json!([stated["name"], stated["base-url"], stated["authority"], stated["audience"]]), known);
    }
    assert_eq!(contract["servers"][0]["url"], Cloud::Global.base_url());
}

#[tokio::test]
async fn error_codes_have_the_kinds_of_the_contract() {
    let contract = contract();
    let codes = contract["x-partner-center-error-codes"].as_array().expect("a list");
    for code in codes {
        let error = denied(code["status"].as_u64(), &code["code"]).await;
        assert_eq!(code["kind"], error.kind().as_str(), "{code}");
    }
}

#[tokio::test]
async fn the_help_for_a_missing_role_names_the_roles_of_the_contract() {
    let contract = contract();
    let error = denied(Some(403), &json!("900308")).await;
    let help = format!("{:?}", error.help());
    let operations = contract["paths"].as_object().expect("paths").values().map(|item| &item["get"]);
    let roles = operations.flat_map(|operation| operation["x-partner-center-gdap-roles"]["any-of"].as_array());
    let names: Vec<&str> = roles.flatten().filter_map(|role| role["name"].as_str()).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(help.contains(name), "{name}: {help}");
    }
}

#[tokio::test]
async fn credentials_request_the_scopes_and_token_url_of_the_contract() {
    let contract = contract();
    let schemes = &contract["components"]["securitySchemes"];
    let app_plus_user = &schemes["appPlusUser"]["flows"]["authorizationCode"];
    let app_only = &schemes["appOnly"]["flows"]["clientCredentials"];
    let refresh = RefreshToken::new("organizations", "app", MemoryStore::new("r1")).client_secret("client-secret");
    signs_in(app_plus_user, " offline_access", Client::builder().credential(refresh)).await;
    signs_in(app_only, "", Client::builder().credential(ClientSecret::new("organizations", "app", "client-secret")))
        .await;
    assert_eq!(app_plus_user["refreshUrl"], app_plus_user["tokenUrl"]);
    let authorize = app_plus_user["authorizationUrl"].as_str().and_then(|url| url.strip_suffix("/authorize"));
    assert_eq!(authorize, app_plus_user["tokenUrl"].as_str().and_then(|url| url.strip_suffix("/token")));
    // The security scheme of each operation has the scope of the scheme itself.
    for requirement in contract["security"].as_array().expect("a list") {
        for (scheme, scopes) in requirement.as_object().expect("an object") {
            let flows = schemes[scheme]["flows"].as_object().expect("flows");
            let listed: Vec<&String> =
                flows.values().flat_map(|flow| flow["scopes"].as_object()).flat_map(|all| all.keys()).collect();
            assert_eq!(scopes, &json!(listed), "{scheme}");
        }
    }
}

/// Asserts that a call obtains its token from the flow's URL with the flow's only scope.
async fn signs_in(flow: &Value, more: &str, client: ClientBuilder) {
    let server = MockServer::start_async().await;
    let scope = flow["scopes"].as_object().and_then(|scopes| scopes.keys().next()).expect("a scope");
    let url = flow["tokenUrl"].as_str().and_then(|url| url.strip_prefix(Cloud::Global.authority()));
    let path = url.expect("the token URL is on the authority of the global cloud").to_owned();
    let token = server
        .mock_async(|when, then| {
            when.path(path).form_urlencoded_tuple("scope", format!("{scope}{more}"));
            then.status(200).json_body(json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 3600 }));
        })
        .await;
    let client = client.base_url(server.base_url()).authority(server.base_url()).build().expect("a client");
    let outcome = client.customer(Uuid::nil()).organization().retry(RetryPolicy::off()).await;
    assert_eq!(token.calls_async().await, 1, "no token for {scope}{more}: {outcome:?}");
}

/// The error of a response with this status and code.
async fn denied(status: Option<u64>, code: &Value) -> Error {
    let status = status.and_then(|status| u16::try_from(status).ok()).expect("a status");
    let body = json!({ "code": code, "description": "d" });
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.any_request();
            then.status(status).json_body(body);
        })
        .await;
    let client = Client::builder().base_url(server.base_url()).credential(StaticToken::new("t"));
    let client = client.retry(RetryPolicy::off()).build().expect("a client");
    client.customer(Uuid::nil()).organization().await.expect_err("it is no success")
}

fn contract() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/partner-center.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(file).expect("the contract is there")).expect("it is YAML")
}
