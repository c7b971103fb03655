# What the processes are told. Settings of docs/settings.md with an empty value are left out: the default holds.
# tests/deploy/test_terraform.py compares the names with the code's.

locals {
  settings = merge(
    { for name, value in var.settings : upper(name) => value },
    {
      PORT       = tostring(var.port)
      HOST       = "0.0.0.0"
      PUBLIC_URL = var.public_url

      # libpq takes the password from PGPASSWORD, and so no address with a password stands anywhere.
      DATABASE_URL = var.database_url
      REDIS_URL    = contains(keys(var.secret_arns), "redis_url") ? "" : var.redis_url

      LOG_FORMAT           = "json"
      CLOUDWATCH_NAMESPACE = var.name
    },
  )

  secrets = merge(
    {
      PGPASSWORD    = var.secret_arns["database_password"]
      SECRET_KEY    = var.secret_arns["secret_key"]
      METRICS_TOKEN = var.secret_arns["metrics_token"]
    },
    {
      for name, setting in {
        twilio_auth_token  = "TWILIO_AUTH_TOKEN"
        redis_url          = "REDIS_URL"
        pass_signing_key   = "PASS_SIGNING_KEY"
        sentry_dsn         = "SENTRY_DSN"
        simulator_password = "SIMULATOR_PASSWORD"
      } : setting => var.secret_arns[name] if contains(keys(var.secret_arns), name)
    },
  )
}
