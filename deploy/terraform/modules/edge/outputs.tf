output "target_group_arn" {
  description = "Where the balancer finds web."
  value       = aws_lb_target_group.web.arn
  # Whoever puts something into it waits until the balancer has it.
  depends_on = [aws_lb_listener.https]
}

output "balancer" {
  description = "The balancer, as its metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "target_group" {
  description = "The target group, as its metrics name it."
  value       = aws_lb_target_group.web.arn_suffix
}
