//! The Python side of `tests/interop`: readers that others wrote, or could have written, from our documents alone.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::PathBuf,
};

use anyhow::{Context, Result};

use crate::{
    checkout::Checkout,
    install::run_quietly,
    stream,
    tally::{Tally, parse_pytest},
};

const FOLDER: &str = "tests/interop/python";

/// Runs the tests of the folder with the packages that its `requirements.txt` names.
pub fn test_interop(checkout: &Checkout) -> Result<Tally> {
    let python = install(checkout)?;
    run_quietly(&mut checkout.cargo(&["build", "--quiet", "--locked", "--package", "passerby-cli"]))?;
    let mut pytest = checkout.program(python);
    pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"]);
    pytest.current_dir(checkout.root().join(FOLDER));
    pytest.env("PYTHONDONTWRITEBYTECODE", "1").env("PASSERBY_PROGRAM", checkout.built("passerby"));
    // Built by the stage, as the demo has them.
    pytest.env("PASSERBY_RELAY_PROGRAM", checkout.built("passerby-relay"));
    pytest.env("PASSERBY_SHOP_PROGRAM", checkout.built("passerby-shop"));
    let ended = stream::run(&mut pytest)?;
    Ok(Tally::of_runner(ended.success, parse_pytest(&ended.text)))
}

/// Python with those packages, in a folder of the cache that is named after what is in it.
fn install(checkout: &Checkout) -> Result<PathBuf> {
    let requirements = checkout.root().join(FOLDER).join("requirements.txt");
    let wanted =
        fs::read(&requirements).with_context(|| format!("tried to read {}", requirements.display()))?;
    let mut name = DefaultHasher::new();
    wanted.hash(&mut name);
    let place = checkout.tools().join(format!("python-{:016x}", name.finish()));
    let python = PathBuf::from(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !place.is_dir() {
        eprintln!("installing the packages of {FOLDER}");
        // Filled aside and renamed: another run may be doing the same, and a half-filled folder must not be taken for
        // a whole one.
        let fresh = place.with_extension(std::process::id().to_string());
        let mut venv = checkout.program("python3");
        run_quietly(venv.args(["-m", "venv"]).arg(&fresh))?;
        let mut pip = checkout.program(fresh.join(&python));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
        run_quietly(pip.arg("--requirement").arg(&requirements))?;
        let renamed = fs::rename(&fresh, &place);
        if !place.is_dir() {
            renamed.with_context(|| format!("tried to put the packages into {}", place.display()))?;
        }
    }
    Ok(place.join(python))
}
