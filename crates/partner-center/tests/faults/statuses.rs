//! Unexpected success statuses, and unknown statuses.

use partner_center::ErrorKind;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer};

use crate::support::{CONTOSO, Outcome, call, client, contoso, status};

#[tokio::test]
async fn a_response_without_content_is_an_error() -> Outcome {
    for sent in [204, 205, 206, 304] {
        let server = FaultServer::start([MockResponse::new(sent)]).await?;
        let error = call(&client(server.url())).await.expect_err("no content");
        let got = (error.kind(), status(&error), error.attempts());
        assert_eq!(got, (ErrorKind::UnexpectedStatus, Some(sent), 1));
    }
    Ok(())
}

#[tokio::test]
async fn partial_content_is_an_error() -> Outcome {
    let server =
        FaultServer::start([MockResponse::text(206, CONTOSO).header("Content-Range", "bytes 0-26/99")]).await?;
    let error = call(&client(server.url())).await.expect_err("a part");
    assert_eq!((error.kind(), error.raw().as_ref()), (ErrorKind::UnexpectedStatus, CONTOSO.as_bytes()));
    Ok(())
}

#[tokio::test]
async fn switching_protocols_is_an_error() -> Outcome {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let server = FaultServer::start([FaultResponse::raw(switch).then_close(), contoso().into()]).await?;
    let error = call(&client(server.url())).await.expect_err("another protocol");
    let got = (error.kind(), status(&error), error.attempts());
    assert_eq!(got, (ErrorKind::UnexpectedStatus, Some(101), 1));
    Ok(())
}

#[tokio::test]
async fn statuses_outside_the_known_classes_are_errors() -> Outcome {
    for sent in [600, 799, 999] {
        let server = FaultServer::start([MockResponse::text(sent, "?")]).await?;
        let error = call(&client(server.url())).await.expect_err("no class");
        assert_eq!((error.kind(), status(&error)), (ErrorKind::UnexpectedStatus, Some(sent)));
    }
    Ok(())
}
