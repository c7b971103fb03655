output "topic_arn" {
  description = "Where alarms are told: subscribe a pager or a chat to it."
  value       = aws_sns_topic.this.arn
}
