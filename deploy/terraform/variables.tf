variable "name" {
  description = "What everything of this stack is called: small letters, digits, hyphens."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "3 to 20 small letters, digits and hyphens, a letter first: AWS allows some names no more."
  }
}

variable "public_url" {
  description = "The origin at which Twilio and visitors reach the service (PUBLIC_URL)."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.public_url))
    error_message = "https:// and a host, without a path: https://pass.example.org."
  }
}

variable "zone_id" {
  description = "The Route 53 zone in which that host lies."
  type        = string
}

variable "image" {
  description = "The image of all processes: repository and digest, as deploy.yml gives it."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "By digest (…@sha256:…): a tag may be another image tomorrow."
  }
}

variable "architecture" {
  description = "X86_64 or ARM64, as the image was built."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "X86_64 or ARM64."
  }
}

variable "cidr" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "Availability zones that are used."
  type        = number
  default     = 2
}

variable "one_way_out" {
  description = "One NAT gateway for all zones: cheaper, and the way to Twilio is gone with its zone."
  type        = bool
  default     = false
}

variable "given_secrets" {
  description = "Settings whose secret values are put in by hand (docs/aws.md), in small letters."
  type        = set(string)
  default     = ["twilio_auth_token"]

  validation {
    condition = length(setsubtract(var.given_secrets, [
      "twilio_auth_token", "redis_url", "pass_signing_key", "sentry_dsn", "simulator_password",
    ])) == 0
    error_message = "twilio_auth_token, redis_url, pass_signing_key, sentry_dsn, simulator_password."
  }
}

variable "secret_versions" {
  description = "Raise a number, and that secret is made anew; secret_key's only as docs/runbook.md says."
  type        = object({ database_password = optional(number, 1), secret_key = optional(number, 1), metrics_token = optional(number, 1) })
  default     = {}
}

variable "settings" {
  description = "Settings of docs/settings.md that are no secrets, in small letters; what is left out has its default."
  type        = map(string)
  default     = {}

  validation {
    # A name that is misspelt would else be a setting that nobody reads.
    condition = length(setsubtract(keys(var.settings), [
      "twilio_account_sid", "twilio_whatsapp_from", "twilio_sms_from", "twilio_otp_content_sid",
      "twilio_messaging_service_sid", "twilio_api_base", "twilio_mps", "twilio_verify_sid", "otp_backend",
      "otp_countries", "default_region", "conversation_hours", "silence_minutes", "demo", "simulator", "log_level",
      "delivery_concurrency", "otel_exporter_otlp_endpoint",
    ])) == 0
    error_message = "A name that is no setting, or one that the modules give themselves: see docs/settings.md and docs/aws.md."
  }
}

variable "web" {
  description = "Units of a task's processor (1024: one), its MiB, and how many tasks at least and at most."
  type        = object({ cpu = number, memory = number, least = number, most = number })

  validation {
    condition     = var.web.least >= 1 && var.web.most >= var.web.least && contains([512, 1024, 2048, 4096], var.web.cpu)
    error_message = "cpu 512, 1024, 2048 or 4096; least 1 or more; most not below least."
  }
}

variable "worker" {
  description = "As web; processes is how many workers run in a task (WORKERS)."
  type        = object({ cpu = number, memory = number, least = number, most = number, processes = number })

  validation {
    condition = (
      var.worker.least >= 1 && var.worker.most >= var.worker.least && contains([512, 1024, 2048, 4096], var.worker.cpu)
      && var.worker.processes >= 1 && var.worker.processes <= 64
    )
    error_message = "cpu 512, 1024, 2048 or 4096; least 1 or more; most not below least; processes 1 to 64."
  }
}

variable "postgres_version" {
  description = "PostgreSQL's major version, or an exact one."
  type        = string
  default     = "16"

  validation {
    condition     = startswith(var.postgres_version, "16")
    error_message = "16, or 16 and a minor version."
  }
}

variable "database_class" {
  description = "RDS' instance class."
  type        = string
}

variable "database_gigabytes" {
  description = "Disk of the database at first; it grows by itself to four times that."
  type        = number
  default     = 50

  validation {
    condition     = var.database_gigabytes >= 20
    error_message = "20 or more."
  }
}

variable "database_standby" {
  description = "A standby of the database in another zone, which takes over within a minute or two."
  type        = bool
  default     = true
}

variable "redis_class" {
  description = "ElastiCache's node type."
  type        = string
}

variable "redis_replicas" {
  description = "Replicas of Valkey, in other zones."
  type        = number
  default     = 1

  validation {
    condition     = var.redis_replicas >= 0 && var.redis_replicas <= 5
    error_message = "0 to 5."
  }
}

variable "backup_days" {
  description = "For how many days backups are kept: no longer than the event's data may be."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "1 to 35."
  }
}

variable "protected" {
  description = "Whether database and balancer refuse to be destroyed; false for what is thrown away again."
  type        = bool
  default     = true
}

variable "price_class" {
  description = "Where CloudFront answers from; India is in PriceClass_200."
  type        = string
  default     = "PriceClass_200"
}

variable "requests_per_address" {
  description = "Requests in five minutes from one address that are a flood. A mobile carrier's phones share addresses."
  type        = number
  default     = 30000

  validation {
    condition     = var.requests_per_address >= 15000
    error_message = "15000 or more: the service's own limit is 3,000 a minute."
  }
}

variable "alarm_mails" {
  description = "Addresses that hear of every alarm; each must confirm once."
  type        = set(string)

  validation {
    condition     = length(var.alarm_mails) > 0
    error_message = "At least one: an alarm that nobody hears is none."
  }
}

variable "most_errors_a_minute" {
  description = "Answers 5xx a minute that are not yet an alarm."
  type        = number
  default     = 10
}

variable "most_connections" {
  description = "Connections to the database that are not yet an alarm: four fifths of its max_connections."
  type        = number
}

variable "dollars_a_month" {
  description = "What a month may cost, in dollars: an alarm when the forecast is above it."
  type        = number

  validation {
    condition     = var.dollars_a_month > 0
    error_message = "More than 0."
  }
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_days)
    error_message = "One of the numbers that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365."
  }
}

variable "github" {
  description = "The repository whose workflows deploy here, and its environment; null: none."
  type        = object({ repository = string, environment = optional(string, "production"), make_provider = optional(bool, true) })
  default     = null
}
