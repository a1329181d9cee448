//! `metrics_policy`: a policy for what watches the server.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

use crate::policy_rules::{Rule, hcl};

/// A policy, as text, for those who read the metrics of the server, such as Prometheus.
#[derive(Debug, Model)]
#[tf(function = "metrics_policy")]
pub struct MetricsPolicy {}

impl Function for MetricsPolicy {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        Ok(hcl(&[Rule::new("sys/metrics", &["read", "list"])]))
    }
}
