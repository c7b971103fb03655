variable "name" {
  description = "What everything of this stack is called."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network, a /16."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "A /16 of IPv4, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones that are used."
  type        = number

  validation {
    condition     = var.zones >= 2 && var.zones <= 4
    error_message = "Two to four: the database and the balancer need two."
  }
}

variable "one_way_out" {
  description = "One NAT gateway for all zones: cheaper, and the way to Twilio is gone with its zone."
  type        = bool
}

variable "port" {
  description = "Where web listens."
  type        = number
}
