output "image" {
  description = "The image that runs: deploy.yml goes back to it when the next one is not well."
  value       = var.image
}

output "repository_url" {
  description = "Where images are pushed to."
  value       = module.service.repository_url
}

output "run_task" {
  description = "What modules/service/run-task reads from the environment."
  value       = module.service.run_task
}

output "backups_bucket" {
  description = "Where backups are kept."
  value       = module.data.backups_bucket
}

output "secret_arns" {
  description = "The secrets; those of given_secrets wait for their values."
  value       = module.secrets.arns
}

output "alarm_topic_arn" {
  description = "Where alarms are told: subscribe a pager or a chat to it."
  value       = module.alarms.topic_arn
}

output "github_role_arns" {
  description = "For the repository's variables AWS_PLAN_ROLE, AWS_BUILD_ROLE, AWS_APPLY_ROLE."
  value       = one(module.github[*].role_arns)
}
