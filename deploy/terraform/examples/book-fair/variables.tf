variable "region" {
  description = "Where it runs: near the visitors."
  type        = string
  default     = "ap-south-1"
}

variable "name" {
  description = "What everything of this stack is called."
  type        = string
  default     = "pravesh"
}

variable "public_url" {
  description = "The origin at which Twilio and visitors reach the service."
  type        = string
}

variable "zone_id" {
  description = "The Route 53 zone in which that host lies."
  type        = string
}

variable "image" {
  description = "The image of all processes: repository and digest."
  type        = string
}

variable "settings" {
  description = "Settings that are no secrets, in small letters, as docs/settings.md has them."
  type        = map(string)
  default     = {}
}

variable "given_secrets" {
  description = "Settings whose secret values are put in by hand, in small letters."
  type        = set(string)
  default     = ["twilio_auth_token"]
}

variable "alarm_mails" {
  description = "Addresses that hear of every alarm."
  type        = set(string)
}

variable "dollars_a_month" {
  description = "What a month may cost, in dollars."
  type        = number
}

variable "github" {
  description = "The repository whose workflows deploy here; null: none."
  type        = object({ repository = string, environment = optional(string, "production"), make_provider = optional(bool, true) })
  default     = null
}
