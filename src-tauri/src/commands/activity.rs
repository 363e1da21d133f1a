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
    let lines = open.wallet().activity().await?;
    let older_than = filter.before.as_deref().and_then(|id| id.parse().ok()).unwrap_or(lines.len());
    // A line's place in the log is its name: lines are only ever added behind it.
    let wanted = lines.iter().enumerate().take(older_than).rev().filter_map(|(place, line)| {
        let event = event_of(&line.what)?;
        let of_host = filter.host.as_deref().is_none_or(|host| line.sector.as_str() == host);
        let of_kind = filter.events.is_empty() || filter.events.contains(&event);
        (of_host && of_kind).then(|| show(place, line, event))
    });
    let mut lines: Vec<_> = wanted.take(PAGE + 1).collect();
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok(ActivityView { lines, more })
}

fn show(place: usize, line: &Line, event: ActivityEvent) -> ActivityLine {
    let reason = match &line.what {
        What::Opened { reason } => Some(reason.clone()),
        _ => None,
    };
    ActivityLine {
        id: place.to_string(),
        at: line.at.into(),
        host: line.sector.to_string(),
        event,
        claims: line.claims.iter().map(ToString::to_string).collect(),
        reason,
    }
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
