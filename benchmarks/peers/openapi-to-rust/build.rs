//! Generates the client from the contract, into the folder of the build.

use std::error::Error;
use std::path::PathBuf;

use openapi_to_rust::{CodeGenerator, GeneratorConfig, SchemaAnalyzer};

const CONTRACT: &str = "../../../openapi/partner-center.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACT}");
    let contract = serde_yaml::from_str(&std::fs::read_to_string(CONTRACT)?)?;
    let output = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut analysis = SchemaAnalyzer::new(contract)?.analyze()?;
    let generator = CodeGenerator::new(GeneratorConfig {
        spec_path: CONTRACT.into(),
        output_dir: output.join("generated"),
        module_name: "generated".to_owned(),
        enable_async_client: true,
        ..GeneratorConfig::default()
    });
    let generated = generator.generate_all(&mut analysis)?;
    generator.write_files(&generated)?;
    // A path with a variable in it stands in no `#[path]`, only in `include!`.
    let module = |name: &str| {
        format!("#[path = {:?}]\npub mod {name};\npub use {name}::*;\n", output.join(format!("generated/{name}.rs")))
    };
    std::fs::write(output.join("generated.rs"), module("client") + &module("types"))?;
    Ok(())
}
