variable "name" {
  description = "What everything of this stack is called."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the data."
  type        = list(string)
}

variable "database_security_group_id" {
  description = "The database's security group."
  type        = string
}

variable "redis_security_group_id" {
  description = "Valkey's security group."
  type        = string
}

variable "kms_key_arn" {
  description = "The key under which everything is kept."
  type        = string
}

variable "password_secret_arn" {
  description = "The secret that holds the database's password."
  type        = string
}

variable "password_version" {
  description = "Raised whenever that password is made anew."
  type        = number
}

variable "postgres_version" {
  description = "PostgreSQL's major version, or an exact one."
  type        = string
}

variable "database_class" {
  description = "RDS' instance class."
  type        = string
}

variable "database_gigabytes" {
  description = "Disk of the database at first; it grows by itself to four times that."
  type        = number
}

variable "database_standby" {
  description = "A standby in another zone."
  type        = bool
}

variable "redis_class" {
  description = "ElastiCache's node type."
  type        = string
}

variable "redis_replicas" {
  description = "Replicas of Valkey."
  type        = number
}

variable "backup_days" {
  description = "For how many days backups are kept."
  type        = number
}

variable "protected" {
  description = "Whether the database refuses to be destroyed, and leaves a last snapshot."
  type        = bool
}
