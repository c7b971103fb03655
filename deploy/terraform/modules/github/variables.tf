variable "name" {
  description = "What everything of this stack is called."
  type        = string
}

variable "repository" {
  description = "The repository at GitHub, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "owner/name."
  }
}

variable "environment" {
  description = "The environment of that repository whose approval a deployment needs."
  type        = string
}

variable "make_provider" {
  description = "Whether the account has no identity provider of GitHub's yet: it can have one only."
  type        = bool
}

variable "repository_arn" {
  description = "The image's repository."
  type        = string
}

variable "backups_bucket_arn" {
  description = "Where backups are kept: not to be read by a plan."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of the images."
  type        = string
}

variable "database_password_arn" {
  description = "The secret that a plan hands on to the database."
  type        = string
}
