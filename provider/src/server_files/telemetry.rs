//! What a server tells of itself, and to whom.

use tf_framework::model::Model;
use tf_framework::semantic::Duration;

use crate::hcl_text::HclText;

/// What a server tells of itself, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct TelemetrySettings {
    /// How long Prometheus may take to fetch a metric. The metrics are there only if it is set.
    #[tf(optional)]
    pub prometheus_retention_time: Option<Duration>,
    /// Whether the names of gauges go without the name of the host.
    #[tf(optional)]
    pub disable_hostname: Option<bool>,
    /// Whether metrics have the name of the host as a label.
    #[tf(optional)]
    pub enable_hostname_label: Option<bool>,
    /// What the names of metrics begin with.
    #[tf(optional)]
    pub metrics_prefix: Option<String>,
    /// How often usage is counted.
    #[tf(optional)]
    pub usage_gauge_period: Option<Duration>,
    /// How many labels a gauge may have.
    #[tf(optional)]
    pub maximum_gauge_cardinality: Option<i64>,
    /// Host and port of a statsite.
    #[tf(optional)]
    pub statsite_address: Option<String>,
    /// Host and port of a statsd.
    #[tf(optional)]
    pub statsd_address: Option<String>,
    /// Host and port of a DogStatsD.
    #[tf(optional)]
    pub dogstatsd_addr: Option<String>,
    /// Tags of all that the DogStatsD gets.
    #[tf(optional)]
    pub dogstatsd_tags: Option<Vec<String>>,
    /// Whether metrics that no filter names are kept.
    #[tf(optional)]
    pub filter_default: Option<bool>,
    /// Beginnings of names of metrics: after `+` those that are kept, after `-` those that are not.
    #[tf(optional)]
    pub prefix_filter: Option<Vec<String>>,
}

impl TelemetrySettings {
    pub(super) fn write(&self, text: &mut HclText) {
        text.stanza("telemetry", &[], |text| {
            text.optional("prometheus_retention_time", self.prometheus_retention_time.as_ref().map(Duration::as_str));
            text.optional("disable_hostname", self.disable_hostname);
            text.optional("enable_hostname_label", self.enable_hostname_label);
            text.optional("metrics_prefix", self.metrics_prefix.as_ref());
            text.optional("usage_gauge_period", self.usage_gauge_period.as_ref().map(Duration::as_str));
            text.optional("maximum_gauge_cardinality", self.maximum_gauge_cardinality);
            text.optional("statsite_address", self.statsite_address.as_ref());
            text.optional("statsd_address", self.statsd_address.as_ref());
            text.optional("dogstatsd_addr", self.dogstatsd_addr.as_ref());
            text.optional("dogstatsd_tags", self.dogstatsd_tags.as_ref());
            text.optional("filter_default", self.filter_default);
            text.optional("prefix_filter", self.prefix_filter.as_ref());
        });
    }
}
