variable "name" {
  description = "What everything of this stack is called."
  type        = string
}

variable "given" {
  description = "Settings whose secret values are put in by hand, in small letters: twilio_auth_token, sentry_dsn, …"
  type        = set(string)
}

variable "versions" {
  description = <<-EOT
    Raise a number, and Terraform makes that secret anew. Never secret_key's without `keys rewrap` first: the keys
    that sign the passes are encrypted under it (docs/runbook.md).
  EOT
  type        = object({ database_password = number, secret_key = number, metrics_token = number })
}
