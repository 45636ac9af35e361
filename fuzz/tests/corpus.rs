//! Runs the corpora on stable Rust: every file unchanged, then with random changes, for a limited time.
//!
//! `FUZZ_SECONDS=60 cargo test -p partner-center-fuzz` takes a minute; a failure shows the seed, which `FUZZ_SEED`
//! repeats.

use std::path::Path;
use std::time::{Duration, Instant};

use partner_center_fuzz::Harness;
use partner_center_mock::examples::get_customer_organization as examples;

#[test]
fn no_response_makes_the_client_panic_or_lose_data() -> std::io::Result<()> {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let (seconds, seed) =
        (number("FUZZ_SECONDS").unwrap_or(2), number("FUZZ_SEED").unwrap_or_else(|| fastrand::u64(..)));
    println!("FUZZ_SEED={seed}");
    let (harness, mut random) = (Harness::new(), fastrand::Rng::with_seed(seed));
    for (name, run) in [("body", Harness::body as fn(&Harness, &[u8])), ("error", Harness::error)] {
        let corpus = corpus(name)?;
        corpus.iter().for_each(|input| run(&harness, input));
        let until = Instant::now() + Duration::from_secs(seconds) / 2;
        while Instant::now() < until {
            let mut input = corpus[random.usize(..corpus.len())].clone();
            (0..random.u32(1..8)).for_each(|_| change(&mut input, &mut random));
            run(&harness, &input);
        }
    }
    Ok(())
}

/// The files of the corpus, and the contract's examples.
fn corpus(name: &str) -> std::io::Result<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut inputs = Vec::new();
    for file in std::fs::read_dir(folder)? {
        inputs.push(std::fs::read(file?.path())?);
    }
    // For the error path, the first two bytes are the status and the length of a `Retry-After`.
    let prefix: &[u8] = if name == "error" { &[5, 2, b'5', b'7'] } else { &[] };
    inputs.extend(examples::ALL.iter().map(|example| [prefix, example.body.as_bytes()].concat()));
    Ok(inputs)
}

/// One small change: a byte, a deletion, a repetition, or a token of JSON or HTTP dates.
fn change(input: &mut Vec<u8>, random: &mut fastrand::Rng) {
    const TOKENS: [&[u8]; 12] = [
        b"null",
        b"\"",
        b"[[[[[[[[",
        b"{\"items\":",
        b"\xef\xbb\xbf",
        b"\\ud800",
        b"1e999",
        b"\x1b[31m",
        b"\xff",
        b"again in 9999999999999999999 seconds",
        b"Wed, 21 Oct 2015 07:28:00 GMT",
        b"</title>",
    ];
    let place = random.usize(..=input.len());
    match random.u32(..5) {
        0 if place < input.len() => input[place] = random.u8(..),
        1 => input.truncate(place),
        2 if place < input.len() => {
            let end = random.usize(place..input.len());
            let piece = input[place..=end].to_vec();
            input.splice(place..place, piece);
            input.truncate(1 << 16);
        }
        3 if place < input.len() => {
            input.drain(place..random.usize(place..input.len()));
        }
        _ => {
            input.splice(place..place, TOKENS[random.usize(..TOKENS.len())].iter().copied());
        }
    }
}
