output "role_arns" {
  description = "Roles for the variables AWS_PLAN_ROLE, AWS_BUILD_ROLE and AWS_APPLY_ROLE of the repository."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}
