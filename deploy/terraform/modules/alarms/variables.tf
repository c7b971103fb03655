variable "name" {
  description = "What everything of this stack is called; also the namespace of its own metrics."
  type        = string
}

variable "mails" {
  description = "Addresses that hear of every alarm."
  type        = set(string)
}

variable "balancer" {
  description = "The balancer, as its metrics name it."
  type        = string
}

variable "target_group" {
  description = "web's target group, as its metrics name it."
  type        = string
}

variable "database_identifier" {
  description = "The database."
  type        = string
}

variable "redis_cluster_ids" {
  description = "Valkey's nodes."
  type        = list(string)
}

variable "most_errors_a_minute" {
  description = "Answers 5xx a minute that are not yet an alarm."
  type        = number
}

variable "most_connections" {
  description = "Connections to the database that are not yet an alarm: four fifths of what its class allows."
  type        = number
}

variable "dollars_a_month" {
  description = "What a month may cost, in dollars."
  type        = number
}

variable "kms_key_arn" {
  description = "The key under which alarms wait."
  type        = string
}
