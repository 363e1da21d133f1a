//! The log. Names and times, never a value.

use passerby_wallet::{ActivityView as Line, What};
use tauri::State;

use super::Answered;
use crate::shell::Shell;
use crate::views::activity::{ActivityEvent, ActivityFilter, ActivityLine, ActivityView};

/// Lines a page.
const PAGE: usize = 50;

/// A page of the log, the newest line first.
#[tauri::command]
#[specta::specta]
pub async fn activity_view(shell: State<'_, Shell>, filter: ActivityFilter) -> Answered<ActivityView> {
    let open = shell.open().await?;
    let before = filter.before.as_deref().and_then(|id| id.parse().ok());
    let wanted = |line: &Line| {
        let of_host = filter.host.as_deref().is_none_or(|host| line.sector.as_str() == host);
        let of_kind = |event: ActivityEvent| filter.events.is_empty() || filter.events.contains(&event);
        of_host && event_of(&line.what).is_some_and(of_kind)
    };
    let lines = open.wallet().newest_activity(before, PAGE + 1, wanted).await?;
    Ok(ActivityView { more: lines.len() > PAGE, lines: lines.iter().take(PAGE).filter_map(show).collect() })
}

fn show(line: &Line) -> Option<ActivityLine> {
    let reason = match &line.what {
        What::Opened { reason } => Some(reason.clone()),
        _ => None,
    };
    Some(ActivityLine {
        id: line.id.to_string(),
        at: line.at.into(),
        host: line.sector.to_string(),
        event: event_of(&line.what)?,
        claims: line.claims.iter().map(ToString::to_string).collect(),
        reason,
    })
}

/// What the window calls it; nothing for what only the wallet needs to remember.
fn event_of(what: &What) -> Option<ActivityEvent> {
    Some(match what {
        What::Asked => ActivityEvent::Asked,
        What::Sent => ActivityEvent::Sent,
        What::Declined => ActivityEvent::Declined,
        What::Stopped { .. } => ActivityEvent::Stopped,
        What::Opened { .. } => ActivityEvent::Opened,
        What::NotTaken { .. } => ActivityEvent::NotTaken,
        What::Unclear => ActivityEvent::Unclear,
        _ => return None,
    })
}
