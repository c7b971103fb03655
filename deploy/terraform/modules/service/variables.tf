variable "name" {
  description = "What everything of this stack is called; also the namespace of its own metrics."
  type        = string
}

variable "image" {
  description = "The image of all processes, by digest."
  type        = string
}

variable "architecture" {
  description = "X86_64 or ARM64, as the image was built."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the processes."
  type        = list(string)
}

variable "security_group_id" {
  description = "The processes' security group."
  type        = string
}

variable "target_group_arn" {
  description = "Where the balancer finds web."
  type        = string
}

variable "port" {
  description = "Where web listens."
  type        = number
}

variable "public_url" {
  description = "PUBLIC_URL."
  type        = string
}

variable "database_url" {
  description = "DATABASE_URL without a password."
  type        = string
}

variable "redis_url" {
  description = "REDIS_URL, where it is no secret."
  type        = string
}

variable "secret_arns" {
  description = "Secrets by name."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "The key of secrets, logs and backups."
  type        = string
}

variable "backups_bucket_arn" {
  description = "Where backups are kept."
  type        = string
}

variable "settings" {
  description = "Settings of docs/settings.md, in small letters; empty ones have their default."
  type        = map(string)
}

variable "web" {
  description = "Units of a task's processor (1024: one), its MiB, and how many tasks at least and at most."
  type        = object({ cpu = number, memory = number, least = number, most = number })
}

variable "worker" {
  description = "As web; processes is WORKERS of a task."
  type        = object({ cpu = number, memory = number, least = number, most = number, processes = number })
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
}
