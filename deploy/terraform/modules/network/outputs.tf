output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Subnets of processes and balancer."
  value       = aws_subnet.private[*].id
}

output "data_subnet_ids" {
  description = "Subnets of database and Valkey."
  value       = aws_subnet.data[*].id
}

output "balancer_security_group_id" {
  description = "The balancer's group."
  value       = aws_security_group.balancer.id
}

output "service_security_group_id" {
  description = "The processes' group."
  value       = aws_security_group.service.id
}

output "database_security_group_id" {
  description = "The database's group."
  value       = aws_security_group.database.id
}

output "redis_security_group_id" {
  description = "Valkey's group."
  value       = aws_security_group.redis.id
}
