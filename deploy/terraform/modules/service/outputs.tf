output "cluster" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "task_definition_arns" {
  description = "The task definitions in force, by process."
  value       = { for name, definition in aws_ecs_task_definition.this : name => definition.arn }
}

output "log_groups" {
  description = "Where each process logs."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.name }
}

output "role_arns" {
  description = "Roles that whoever deploys must be allowed to hand to tasks."
  value       = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
}

output "run_task" {
  description = "What run-task reads from the environment to run a command of the command line in this stack."
  value       = local.run_task
}

output "repository_url" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "repository_arn" {
  description = "The image's repository, as policies name it."
  value       = aws_ecr_repository.this.arn
}
