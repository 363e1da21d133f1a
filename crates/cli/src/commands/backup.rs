//! `passerby backup`: one file that brings everything back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use passerby_wallet::{AutomaticBackup, BackupMade, DamagedRecords, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Backup;
use crate::failure::Failure;
use crate::moment::day;
use crate::output::Output;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    backup: Backup,
    output: Output,
) -> Result<ExitCode, Failure> {
    if backup.off {
        return stop(wallet, output).await;
    }
    if let Some(folder) = backup.automatic {
        return start(wallet, rng, &folder, output).await;
    }
    let damaged = if backup.salvage { DamagedRecords::LeaveOut } else { DamagedRecords::Refuse };
    let file = match (backup.to, wallet.automatic_backup().await?) {
        (Some(file), _) => file,
        (None, Some(automatic)) => automatic.file,
        (None, None) => {
            return Err(Failure::usage(
                "Say where to: --to FILE for one backup, --automatic FOLDER for one after each change.",
            ));
        }
    };
    let made = wallet.back_up(&file, damaged, rng).await?;
    tell(wallet, &file, made, json!({}), output).await
}

async fn start(
    wallet: &Wallet,
    rng: &mut StdRng,
    folder: &Path,
    output: Output,
) -> Result<ExitCode, Failure> {
    let folder: PathBuf = std::fs::canonicalize(folder).map_err(|error| {
        Failure::failed("no-folder", format!("The folder is not there: {}.", error.kind()))
    })?;
    let made = wallet.start_backups(&folder, rng).await?;
    output.line("From now on a backup is written there after each change.");
    let automatic = wallet.automatic_backup().await?;
    let file = automatic.as_ref().map_or(folder, |automatic| automatic.file.clone());
    tell(wallet, &file, made, json!({ "automatic": true }), output).await
}

async fn stop(wallet: &Wallet, output: Output) -> Result<ExitCode, Failure> {
    let stopped = wallet.stop_backups().await?;
    output.object(&json!({ "automatic": false }));
    output.line(if stopped {
        "No more backups by themselves. Those that are there stay."
    } else {
        "There were no backups by themselves."
    });
    Ok(ExitCode::SUCCESS)
}

async fn tell(
    wallet: &Wallet,
    file: &Path,
    made: BackupMade,
    mut object: Value,
    output: Output,
) -> Result<ExitCode, Failure> {
    let by_words = wallet.opens_by_words().await?;
    object["file"] = file.to_string_lossy().into();
    object["records"] = made.records.into();
    object["left_out"] = made.left_out.into();
    object["opens_by_words"] = by_words.into();
    output.object(&object);
    output.line(&format!("Backup written: {} ({} records)", file.display(), made.records));
    if made.left_out > 0 {
        output.line(&format!("{} damaged records are not in it.", made.left_out));
    }
    output.line(if by_words {
        "It opens with the passphrase of today or your 24 words, on any computer: passerby restore FILE\n\
         The 24 words bring back your names in shops and open your backup. They do not contain your address: keep \
         the backup file as well."
    } else {
        "It opens with the passphrase of today, on any computer: passerby restore FILE"
    });
    Ok(ExitCode::SUCCESS)
}

/// What is said at the end of a command whose change has no backup.
pub fn remark(automatic: &AutomaticBackup) {
    if let Some((since, trouble)) = automatic.failing {
        Output::remark(&format!(
            "Saved here, but the backup {} could not be written since {}: {}.",
            automatic.file.display(),
            day(since),
            trouble.reason()
        ));
    }
}
