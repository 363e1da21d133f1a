//! One sensitive value at a time, for the half minute that a person looks at it.

use tauri::State;

use super::Answered;
use super::details::find;
use crate::command_error::CommandError;
use crate::shell::Shell;
use crate::views::details::Where;
use crate::views::moment::Moment;
use crate::views::reveal::{HiddenValue, Revealed};

/// How long a sensitive value is shown, in seconds.
const SHOWN_FOR: i64 = 30;

/// Shows one hidden value.
#[tauri::command]
#[specta::specta]
pub async fn reveal(shell: State<'_, Shell>, which: HiddenValue) -> Answered<Revealed> {
    let open = shell.open().await?;
    let place = match which {
        HiddenValue::Data { place } => place,
        HiddenValue::Consent { request, recipient, claim } => {
            // Only what the screen that is open offers.
            if !open.offers(request, &claim) {
                return Err(CommandError::new("view-changed", "This request is not what you saw any more."));
            }
            Where { claim, label: recipient }
        }
    };
    let view = find(&open, &place).await?;
    if shell.settings().protect_screen {
        shell.desktop().protect_screen(true);
    }
    let ends = Moment::from(shell.clock().now() + SHOWN_FOR);
    Ok(Revealed { text: view.value.expose().to_owned(), ends })
}

/// Nothing sensitive is shown any more: the window may be seen again by whoever helps from afar.
#[tauri::command]
#[specta::specta]
pub async fn reveal_ended(shell: State<'_, Shell>) -> Answered<()> {
    shell.desktop().protect_screen(false);
    Ok(())
}
