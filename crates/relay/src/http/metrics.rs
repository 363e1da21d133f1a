//! Counters for the admin: requests by route template, method and status, and how long they took. Never an id.

use std::sync::OnceLock;

use axum_prometheus::metrics_exporter_prometheus::PrometheusHandle;
use axum_prometheus::{EndpointLabel, PrometheusMetricLayer, PrometheusMetricLayerBuilder};

use crate::{RelayState, meters};

/// The recorder is one for a process, however many relays run in it.
static METRICS: OnceLock<(PrometheusMetricLayer<'static>, PrometheusHandle)> = OnceLock::new();

fn metrics() -> &'static (PrometheusMetricLayer<'static>, PrometheusHandle) {
    METRICS.get_or_init(|| {
        let pair = PrometheusMetricLayerBuilder::new()
            .with_prefix("passerby_relay")
            .with_endpoint_label_type(EndpointLabel::MatchedPathWithFallbackFn(|_| "unknown".to_owned()))
            .with_default_metrics()
            .build_pair();
        meters::begin();
        pair
    })
}

/// Begins to count. What happens before is not counted.
pub fn begin() {
    metrics();
}

/// Counts requests.
#[must_use]
pub fn layer() -> PrometheusMetricLayer<'static> {
    metrics().0.clone()
}

/// Writes all numbers out, after a look at those of them that only a look tells.
#[must_use]
pub fn write(state: &RelayState) -> String {
    let (_, handle) = metrics();
    meters::note(&state.sample());
    handle.render()
}
