//! Refresh tokens in files: replaced atomically, readable by their owner only.

use std::fs;
use std::time::Duration;

use partner_center::auth::{CredentialErrorKind as Kind, ExposeSecret, FileStore, RefreshToken, RefreshTokenStore};
use partner_center_mock::token_endpoint::{Rotation, TokenEndpoint};

use crate::support::{CLIENT_ID, Folder, Outcome, TENANT, request, token};
use crate::trace::warnings;

async fn loaded(store: &FileStore) -> Result<Option<String>, partner_center::auth::CredentialError> {
    Ok(store.load().await?.map(|token| token.expose_secret().to_owned()))
}

#[tokio::test]
async fn loads_what_was_saved_and_leaves_no_other_file() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    assert_eq!(loaded(&store).await?, None);
    for text in ["s3cr3t-1", "s3cr3t-2-which-is-longer", "s3cr3t-3"] {
        store.save(&text.into()).await?;
        assert_eq!(loaded(&store).await?.as_deref(), Some(text));
    }
    assert_eq!(folder.names(), ["token"]);
    Ok(())
}

#[tokio::test]
async fn loads_a_token_that_was_written_by_hand() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    for (content, token) in
        [("s3cr3t-1\r\n", Some("s3cr3t-1")), (" s3cr3t-2 ", Some("s3cr3t-2")), ("", None), ("\n", None)]
    {
        fs::write(store.path(), content)?;
        assert_eq!(loaded(&store).await?.as_deref(), token, "{content:?}");
    }
    Ok(())
}

#[tokio::test]
async fn reads_what_windows_powershell_wrote_and_replaces_it() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    let utf16 = |unit: fn(u16) -> [u8; 2]| "\u{feff}s3cr3t\r\n".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for content in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), "\u{feff}s3cr3t\r\n".into()] {
        fs::write(store.path(), &content)?;
        assert_eq!(loaded(&store).await?.as_deref(), Some("s3cr3t"), "{content:?}");
        store.save(&"s3cr3t-2".into()).await?;
        assert_eq!(fs::read_to_string(store.path())?, "s3cr3t-2");
    }
    Ok(())
}

#[tokio::test]
async fn invalid_file_contents_are_rejected_and_not_shown() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    let long = "s3cr3t".repeat(20_000);
    let invalid = ["s3cr3t one\ns3cr3t two", "s3cr3t\0", "s3cr3t-ä", &long].map(str::as_bytes);
    for content in invalid.into_iter().chain([&b"\xff\xfes\0t"[..], b"s3cr3t\xe9"]) {
        fs::write(store.path(), content)?;
        let error = loaded(&store).await.expect_err("it must fail");
        assert_eq!(error.kind(), Kind::Store);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("something other than a refresh token") && !shown.contains("s3cr3t"), "{shown}");
        assert!(error.help().contains("Check the path") && !error.help().contains("readable"), "{}", error.help());
    }
    Ok(())
}

#[tokio::test]
async fn never_replaces_a_file_that_is_not_a_token() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    for content in ["[settings]\nof = \"another program\"\n", "\0\0\0\0", &"s3cr3t".repeat(20_000)] {
        fs::write(store.path(), content)?;
        let error = store.save(&"s3cr3t-1".into()).await.expect_err("it must fail");
        assert_eq!(error.kind(), Kind::Store);
        assert!(error.to_string().contains("something other than a refresh token"), "{error}");
        // Not even with an initial token.
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone()).initial("s3cr3t-initial");
        token(&credential, &request(&entra)).await?;
        assert_eq!(fs::read_to_string(store.path())?, content);
    }
    assert_eq!(folder.names(), ["token", "token.lock"]);
    Ok(())
}

#[tokio::test]
async fn an_error_names_the_file() {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("missing").join("token"));
    let error = store.save(&"s3cr3t".into()).await.expect_err("it must fail");
    assert_eq!(error.kind(), Kind::Store);
    assert!(error.to_string().contains("missing/token") || error.to_string().contains(r"missing\token"), "{error}");
    assert!(store.lock().await.is_err());
}

#[tokio::test]
async fn a_file_half_written_by_a_crash_is_never_read() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    store.save(&"s3cr3t-whole".into()).await?;
    fs::write(folder.file("token.0000.tmp"), "s3cr3t-ha")?;
    assert_eq!(loaded(&store).await?.as_deref(), Some("s3cr3t-whole"));
    store.save(&"s3cr3t-next".into()).await?;
    assert_eq!(loaded(&store).await?.as_deref(), Some("s3cr3t-next"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_half_a_token() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    let texts = ["a".repeat(10), "b".repeat(5000)];
    store.save(&texts[0].as_str().into()).await?;
    let writer = tokio::spawn({
        let (store, texts) = (store.clone(), texts.clone());
        async move {
            for round in 0..60 {
                store.save(&texts[round % 2].as_str().into()).await?;
            }
            Ok::<_, partner_center::auth::CredentialError>(())
        }
    });
    let mut reads = 0;
    while !writer.is_finished() || reads < 10 {
        let text = loaded(&store).await?.expect("there is always a token");
        assert!(texts.contains(&text), "{} bytes", text.len());
        reads += 1;
    }
    writer.await??;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lock_held_by_another_process_is_awaited_until_the_deadline() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::OldIsRevoked).start().await?;
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    store.save(&"s3cr3t-1".into()).await?;
    let guard = store.lock().await?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    let timeout = Duration::from_secs(150);
    assert!(tokio::time::timeout(timeout, token(&credential, &request(&entra))).await.is_err());
    assert_eq!(entra.requests().len(), 0, "nothing was redeemed without the lock");
    let warnings = warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("which another process holds"), "{warnings:?}");
    assert!(warnings[0].contains(&store.path().display().to_string()), "{warnings:?}");
    drop(guard);
    token(&credential, &request(&entra)).await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_could_not_be_loaded_is_not_saved() -> Outcome {
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    for text in ["s3cr3t\nline", "s3cr3t-ä", " s3cr3t", "s3cr3t\t"] {
        let error = store.save(&text.into()).await.expect_err("it must fail");
        assert!(error.kind() == Kind::Store && !format!("{error} {error:?}").contains("s3cr3t"), "{error}");
    }
    assert_eq!(loaded(&store).await?, None);
    store.save(&"s3cr3t with spaces".into()).await?;
    assert_eq!(loaded(&store).await?.as_deref(), Some("s3cr3t with spaces"));
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: impl AsRef<std::path::Path>) -> u32 {
        fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn only_the_owner_can_read_the_file() -> Outcome {
        let folder = Folder::new();
        let store = FileStore::new(folder.file("token"));
        fs::write(store.path(), "s3cr3t-readable-by-all")?;
        fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644))?;
        store.save(&"s3cr3t-1".into()).await?;
        let guard = store.lock().await?;
        assert_eq!((mode(store.path()), mode(folder.file("token.lock"))), (0o600, 0o600));
        drop(guard);
        Ok(())
    }

    #[tokio::test]
    async fn a_symbolic_link_is_kept() -> Outcome {
        let (folder, elsewhere) = (Folder::new(), Folder::new());
        fs::write(elsewhere.file("token"), "s3cr3t-1")?;
        symlink(elsewhere.file("token"), folder.file("link"))?;
        let store = FileStore::new(folder.file("link"));
        store.save(&"s3cr3t-2".into()).await?;
        assert!(fs::symlink_metadata(folder.file("link"))?.is_symlink());
        assert_eq!(fs::read_to_string(elsewhere.file("token"))?, "s3cr3t-2");
        assert_eq!(folder.names(), ["link"]);
        Ok(())
    }

    #[tokio::test]
    async fn without_a_lock_file_the_lock_is_on_the_token_file() -> Outcome {
        let folder = Folder::new();
        let store = FileStore::new(folder.file("token"));
        fs::create_dir(folder.file("token.lock"))?;
        assert_eq!(store.lock().await.err().map(|error| error.kind()), Some(Kind::Store), "there is no token yet");
        fs::write(store.path(), "s3cr3t")?;
        let guard = store.lock().await?;
        assert!(tokio::time::timeout(Duration::from_millis(100), store.lock()).await.is_err());
        assert_eq!(loaded(&store).await?.as_deref(), Some("s3cr3t"));
        drop(guard);
        store.lock().await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_failed_save_leaves_no_temporary_file() -> Outcome {
        let folder = Folder::new();
        let store = FileStore::new(folder.file("token"));
        // With a folder in place of the file, the temporary file is written but cannot replace it.
        fs::create_dir(store.path())?;
        assert_eq!(store.save(&"s3cr3t-2".into()).await.expect_err("it must fail").kind(), Kind::Store);
        assert_eq!(folder.names(), ["token"]);
        Ok(())
    }
}
