output "kms_key_arn" {
  description = "The key under which everything is kept."
  value       = aws_kms_key.this.arn
}

output "arns" {
  description = "Every secret by its name."
  value = merge(
    # By way of their versions: whoever uses one waits until it has a value.
    { for name, version in aws_secretsmanager_secret_version.made : name => version.arn },
    { for name, secret in aws_secretsmanager_secret.given : name => secret.arn },
  )
}

output "database_password_version" {
  description = "Which making of the database's password it is."
  value       = var.versions.database_password
}
