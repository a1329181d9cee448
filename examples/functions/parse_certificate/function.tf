locals {
  ca = provider::secretzero::parse_certificate(file("${path.module}/ca.pem"))
}

check "ca" {
  assert {
    condition     = timecmp(plantimestamp(), local.ca.not_after) < 0
    error_message = "${local.ca.subject} has expired at ${local.ca.not_after}."
  }
  assert {
    condition     = alltrue([for finding in local.ca.findings : finding.severity != "error"])
    error_message = join("\n", local.ca.findings[*].message)
  }
}
