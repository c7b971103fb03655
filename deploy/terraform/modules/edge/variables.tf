variable "name" {
  description = "What everything of this stack is called."
  type        = string
}

variable "public_url" {
  description = "PUBLIC_URL: https:// and the host."
  type        = string
}

variable "zone_id" {
  description = "The Route 53 zone in which that host lies."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, for the balancer."
  type        = list(string)
}

variable "security_group_id" {
  description = "The balancer's security group."
  type        = string
}

variable "port" {
  description = "Where web listens."
  type        = number
}

variable "price_class" {
  description = "Where CloudFront answers from; India is in PriceClass_200."
  type        = string
}

variable "requests_per_address" {
  description = "Requests in five minutes from one address, from which on it is a flood."
  type        = number
}

variable "protected" {
  description = "Whether the balancer refuses to be destroyed."
  type        = bool
}
