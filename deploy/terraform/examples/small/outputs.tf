output "image" {
  description = "The image that runs."
  value       = module.pravesh.image
}

output "repository_url" {
  description = "Where images are pushed to."
  value       = module.pravesh.repository_url
}

output "run_task" {
  description = "What modules/service/run-task reads from the environment."
  value       = module.pravesh.run_task
}

output "backups_bucket" {
  description = "Where backups are kept."
  value       = module.pravesh.backups_bucket
}

output "secret_arns" {
  description = "The secrets; those of given_secrets wait for their values."
  value       = module.pravesh.secret_arns
}

output "github_role_arns" {
  description = "For the repository's variables AWS_PLAN_ROLE, AWS_BUILD_ROLE, AWS_APPLY_ROLE."
  value       = module.pravesh.github_role_arns
}
