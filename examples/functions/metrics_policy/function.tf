resource "secretzero_policy" "metrics" {
  name   = "prometheus-monitoring"
  policy = provider::secretzero::metrics_policy()
}
